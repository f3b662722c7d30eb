"""A runner's lease: the right to run the jobs it has claimed, and to say how they ended."""

import secrets
from collections.abc import Iterable, Mapping, Sequence

from tasuki.model.errors import StoreUnavailableError
from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.link.call import call
from tasuki.store.link.link import CALL_SECONDS, Link, time_for
from tasuki.store.messages import Exchanged, ExchangeRequest, Report
from tasuki.store.messages.keep import keep_of
from tasuki.store.messages.runners import HeartbeatRequest, LeaveRequest, RegisterRequest
from tasuki.wire.record import encode_error

MOST_MOVED = 200
"""How many due jobs one exchange moves."""
EXCHANGE_SECONDS = CALL_SECONDS + time_for(3 * 2**19)
"""How long an exchange may take: it claims records of about one and a half MiB at most."""

LEFT = JobError("Crashed", "its process was told to end by something else than Tasuki")


class Lease:
    """The store's side of one runner. Its identity is random and is used for one life only.

    A runner whose lease was lost makes a new one.
    """

    def __init__(self, link: Link, terms: LeaseTerms, runner: str | None = None) -> None:
        self.runner = runner or secrets.token_hex(8)
        self.terms = terms
        self._link = link
        self._number = 0
        self._keep = keep_of(terms.retention)

    async def register(self, fields: Mapping[str, str], types: Iterable[tuple[str, str]]) -> None:
        """Join, with what people should see of the runner, and the options of each type as JSON.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        apart = {"apart": "1"} if self.terms.apart else {}
        request = RegisterRequest(
            runner=self.runner,
            lease=self.terms.milliseconds,
            fields=_flat({**fields, **apart}),
            types=list(types),
        )
        await call(self._link, request)

    async def exchange(
        self,
        report: Report,
        demand: list[tuple[str, int]],
        *,
        rung: list[str],
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
            limit=MOST_MOVED,
            keep=self._keep,
        )
        return await call(self._link, request, seconds=EXCHANGE_SECONDS)

    async def heartbeat(self, fields: Mapping[str, str], link: Link | None = None) -> list[str]:
        """Go on holding the lease. Gives the ids of the jobs that are to be stopped.

        `link` is a connection of the caller's own, so that a thread can beat beside the pump.

        Raises:
            LeaseLostError: the lease ran out; all jobs of this runner were taken back.
            StoreError: the store refuses or cannot be reached.
        """
        request = HeartbeatRequest(
            runner=self.runner, lease=self.terms.milliseconds, fields=_flat(fields)
        )
        return (await call(link or self._link, request)).cancels

    async def leave(self, types: Sequence[str] = (), *, unasked: bool = False) -> int:
        """Go, releasing what is still held. Gives how many jobs that were.

        Those that it was told to stop end as cancelled instead. The doorbells of `types` are rung
        where work waits, in case this runner took a token last. A runner that goes `unasked` may
        have been made to by a job: what it holds is taken back as if it had died.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        request = LeaveRequest(
            runner=self.runner,
            types=types,
            unasked=unasked,
            error=encode_error(LEFT),
            max_crashes=self.terms.max_crashes,
            keep=self._keep,
        )
        try:
            left = await call(self._link, request)
        except StoreUnavailableError:
            left = await call(self._link, request)
        return left.released


def _flat(fields: Mapping[str, str]) -> list[str]:
    return [part for pair in fields.items() for part in pair]
