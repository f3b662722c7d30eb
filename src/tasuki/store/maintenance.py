"""The periodic work: each step is one bounded script that anyone may call at any time."""

from collections.abc import Sequence

import msgspec

from tasuki.model.outcome import JobError
from tasuki.model.retention import Retention
from tasuki.store.codec import ask
from tasuki.store.lease import LeaseTerms, keep_of
from tasuki.store.link import Link
from tasuki.wire.record import encode_error

STEP = 200
"""How many jobs one call moves or deletes."""

VANISHED = JobError("Crashed", "the runner vanished: its lease ran out")


class Reaped(msgspec.Struct, frozen=True):
    """What a call of `reap` did. `more` says that there is more to take back.

    Of the `requeued` jobs, `suspects` wait for a runner that runs them apart.
    """

    runners: list[str]
    requeued: int
    suspects: int
    failed: int
    cancelled: int
    more: bool


class _Moved(msgspec.Struct):
    moved: int


class _Pruned(msgspec.Struct):
    pruned: int


class Maintenance:
    """Promotes, expires, reaps and prunes."""

    def __init__(self, link: Link, terms: LeaseTerms | None = None) -> None:
        self._link = link
        self.terms = terms or LeaseTerms()

    async def promote(self) -> int:
        """Move scheduled jobs that are due to waiting. Gives how many, at most 200."""
        fields = {"ids": [], "limit": STEP}
        return (await ask(self._link, "promote", _Moved, fields)).moved

    async def expire(self) -> int:
        """Cancel jobs that did not run in time. Gives how many were looked at, at most 200."""
        keep = self._retention.cancelled
        fields = {
            "limit": STEP,
            "cancelled_age": round(keep.age * 1_000),
            "cancelled_most": keep.count,
        }
        return (await ask(self._link, "expire", _Moved, fields)).moved

    async def reap(
        self,
        dead: Sequence[str] = (),
        error: JobError = VANISHED,
        *,
        begun: Sequence[str] | None = None,
    ) -> Reaped:
        """Take back the jobs of runners whose lease ran out, or of `dead` ones, at once.

        At most 200 jobs in a call. `begun` are those of the dead that had begun (None: not known),
        as the store writes ids. They are suspected of what happened; the others wait again as if
        they had not been claimed. One that had begun alone has crashed: `error` becomes its error
        when that was once too often.
        """
        fields = {
            "dead": list(dead),
            "begun": False if begun is None else list(begun),
            "error": encode_error(error),
            "lease": self.terms.milliseconds,
            "max_crashes": self.terms.max_crashes,
            "limit": STEP,
            "keep": keep_of(self._retention),
        }
        return await ask(self._link, "reap", Reaped, fields)

    async def prune(self, types: Sequence[str]) -> int:
        """Delete finished jobs of these types that are past their retention. Gives how many."""
        keep = self._retention
        counts = {
            "completed": keep.completed.count,
            "failed": keep.failed.count,
            "cancelled": keep.cancelled.count,
        }
        fields = {"types": list(types), "counts": counts, "limit": STEP}
        return (await ask(self._link, "prune", _Pruned, fields)).pruned

    @property
    def _retention(self) -> Retention:
        return self.terms.retention
