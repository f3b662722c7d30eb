"""The periodic work: each step is one bounded script that anyone may call at any time."""

from collections.abc import Sequence

from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.messages.acts import PromoteRequest
from tasuki.store.messages.keep import KeepRules, keep_of
from tasuki.store.messages.upkeep import (
    ExpireRequest,
    PruneRequest,
    Reaped,
    ReapRequest,
    Ticked,
    TickRequest,
)
from tasuki.wire.record import encode_error

STEP = 200
"""How many jobs one call moves or deletes."""

TICK_STEP = 100
"""The same for each of the parts of a tick, which are done in one call."""

TICK_SECONDS = 1.0
PAUSE_SECONDS = 0.01
"""How long after a tick that has left work the next one may come. A tick takes half of it at most,
so that most of the store's time is left to others, however much there is to do."""

VANISHED = JobError("Crashed", "the runner vanished: its lease ran out")


class Maintenance:
    """Promotes, expires, reaps and prunes: all together in `tick`, or one by one."""

    def __init__(self, link: Link, terms: LeaseTerms | None = None) -> None:
        self._link = link
        self.terms = terms or LeaseTerms()

    @property
    def interval(self) -> float:
        """Seconds between two ticks.

        The store takes half a lease of silence for an outage, in which nothing is reaped, so it is
        less than that.
        """
        return min(TICK_SECONDS, self.terms.lease / 4)

    async def tick(self, types_limit: int | None = None) -> Ticked:
        """Do a step of everything, unless somebody has just done that.

        Besides it makes what is kept of types, events and counters smaller. If it is due and there
        is a `types_limit`, it writes down how many types there may be from now on, and that the
        ages of these terms hold for all who tick, whatever theirs are.
        """
        request = TickRequest(
            # Those who come in turn are not in step: who is a little early is not sent away.
            interval=round(self.interval * 750),
            pause=round(PAUSE_SECONDS * 1_000),
            limit=TICK_STEP,
            lease=self.terms.milliseconds,
            error=encode_error(VANISHED),
            max_crashes=self.terms.max_crashes,
            keep=self._keep,
            total=self.terms.retention.total,
            types=types_limit or 0,
        )
        return await call(self._link, request)

    async def promote(self) -> int:
        """Move scheduled jobs that are due to waiting. Gives how many, at most 200."""
        return (await call(self._link, PromoteRequest(limit=STEP))).moved

    async def expire(self) -> int:
        """Cancel jobs that did not run in time. Gives how many were looked at, at most 200."""
        return (await call(self._link, ExpireRequest(limit=STEP, keep=self._keep))).moved

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
        request = ReapRequest(
            dead=dead,
            begun=False if begun is None else begun,
            error=encode_error(error),
            lease=self.terms.milliseconds,
            max_crashes=self.terms.max_crashes,
            limit=STEP,
            keep=self._keep,
        )
        return await call(self._link, request)

    async def prune(self) -> int:
        """Delete finished jobs that are past their retention. Gives how many, at most 200."""
        request = PruneRequest(total=self.terms.retention.total, keep=self._keep, limit=STEP)
        return (await call(self._link, request)).pruned

    @property
    def _keep(self) -> KeepRules:
        return keep_of(self.terms.retention)
