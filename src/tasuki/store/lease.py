"""A runner's lease: the right to run the jobs it has claimed, and to say how they ended."""

import secrets
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tasuki.model.errors import StoreUnavailableError
from tasuki.model.retention import Retention
from tasuki.store.codec import ask
from tasuki.store.link import Link
from tasuki.store.messages import Exchanged, ExchangeRequest, Report

LEASE_SECONDS = 15.0
MAX_CRASHES = 3
LOG_LINES = 1_000
MOST_MOVED = 500
"""How many due or expired jobs one exchange moves."""

_encoder = msgspec.msgpack.Encoder()
_replies = msgspec.msgpack.Decoder(Exchanged, strict=False)


class LeaseTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a runner's lease is like. `seconds` is its length."""

    seconds: float = LEASE_SECONDS
    max_crashes: int = MAX_CRASHES
    log_lines: int = LOG_LINES
    retention: Retention = Retention()

    @property
    def milliseconds(self) -> int:
        """The length of the lease."""
        return round(self.seconds * 1_000)


class _Registered(msgspec.Struct):
    wall: int


class _Beat(msgspec.Struct):
    cancels: list[str]


class _Left(msgspec.Struct):
    released: int


class Lease:
    """The store's side of one runner. Its identity is random and is used for one life only.

    A runner whose lease was lost makes a new one.
    """

    def __init__(self, link: Link, terms: LeaseTerms, runner: str | None = None) -> None:
        self.runner = runner or secrets.token_hex(8)
        self.terms = terms
        self._link = link
        self._number = 0

    async def register(self, fields: Mapping[str, str], types: Iterable[tuple[str, str]]) -> None:
        """Join, with what people should see of the runner, and the options of each type as JSON.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        await ask(
            self._link,
            "register",
            _Registered,
            {
                "runner": self.runner,
                "lease": self.terms.milliseconds,
                "fields": _flat(fields),
                "types": list(types),
            },
        )

    async def exchange(
        self,
        report: Report,
        demand: list[tuple[str, int]],
        *,
        rung: list[str],
        suspect: bool = False,
        repeat: bool = False,
    ) -> Exchanged:
        """Settle what has ended and claim up to so many jobs of each type.

        When this raises StoreUnavailableError it is not known whether the store acted. The caller
        then sends the very same again with `repeat=True`, until there is an answer.

        Raises:
            LeaseLostError: the lease ran out; all jobs of this runner were taken back.
            StoreError: the store refuses or cannot be reached.
        """
        if not repeat:
            self._number += 1
        cancelled = self.terms.retention.cancelled
        request = ExchangeRequest(
            runner=self.runner,
            number=str(self._number),
            lease=self.terms.milliseconds,
            notes=report.notes,
            log_lines=self.terms.log_lines,
            finished=report.finished,
            scheduled=report.scheduled,
            released=report.released,
            demand=demand,
            rung=rung,
            suspect=suspect,
            max_crashes=self.terms.max_crashes,
            limit=MOST_MOVED,
            cancelled_age=round(cancelled.age * 1_000),
            cancelled_most=cancelled.count,
        )
        return _replies.decode(await self._link.run("exchange", _encoder.encode(request)))

    async def heartbeat(self, fields: Mapping[str, str], link: Link | None = None) -> list[str]:
        """Go on holding the lease. Gives the ids of the jobs that are to be stopped.

        `link` is a connection of the caller's own, so that a thread can beat beside the pump.

        Raises:
            LeaseLostError: the lease ran out; all jobs of this runner were taken back.
            StoreError: the store refuses or cannot be reached.
        """
        beat = await ask(
            link or self._link,
            "heartbeat",
            _Beat,
            {
                "runner": self.runner,
                "lease": self.terms.milliseconds,
                "fields": _flat(fields),
            },
        )
        return beat.cancels

    async def leave(self, types: Sequence[str] = (), *, crashed: bool = False) -> int:
        """Go, releasing what is still held. Gives how many jobs that were.

        Those that it was told to stop end as cancelled instead. The doorbells of `types` are rung
        where work waits, in case this runner took a token last.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        cancelled = self.terms.retention.cancelled
        fields = {
            "runner": self.runner,
            "types": list(types),
            "cancelled_age": round(cancelled.age * 1_000),
            "cancelled_most": cancelled.count,
        }
        try:
            left = await ask(self._link, "leave", _Left, fields)
        except StoreUnavailableError:
            left = await ask(self._link, "leave", _Left, fields)
        return left.released


def _flat(fields: Mapping[str, str]) -> list[str]:
    return [part for pair in fields.items() for part in pair]
