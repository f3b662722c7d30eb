"""Acts on all jobs that a filter selects, some at a time.

What is acted on had come before the call: later jobs, and ends after it, are left alone. So a job
that was retried, and has failed again, is not met a second time. One that an update has moved may
be: it is left alone, since it is by then as it is to be. For that, delays and expiries count from
the beginning of the call.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial as bound
from time import monotonic

import msgspec

from tasuki.model.errors import StoreError
from tasuki.model.filter import Filter
from tasuki.model.state import State, Verb, allows
from tasuki.model.update import Update
from tasuki.store.acts.operator import Operator
from tasuki.store.acts.updates import MISSING, Same
from tasuki.store.acts.walk import Mark, Walk
from tasuki.store.link.link import Link
from tasuki.store.looks.listing import Listing

BATCH = 100
"""How many jobs are read and acted on at once: what a script does to so many takes some 2 ms."""

STEP_SECONDS = 1.0
"""How long one step goes on, but for its last batch."""


class Counts(msgspec.Struct, frozen=True):
    """How many jobs came to what.

    `done` counts those that were acted on, `cancelling` those that were active and were told to
    stop. Those that are already as an update wants them are left alone, and counted in a dry run
    only. Somebody else may be at the same jobs: `not_allowed` counts those whose state had changed
    when they were reached, and `missing` those that were gone.
    """

    done: int = 0
    cancelling: int = 0
    not_allowed: int = 0
    missing: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Counts(*map(sum, pairs))

    @property
    def total(self) -> int:
        """How many jobs they were in all."""
        return sum(msgspec.structs.astuple(self))


class BulkStep(msgspec.Struct, frozen=True):
    """What a step has come to, and the cursor with which to go on (None: all is done).

    `partial` tells that there are more types than it looked in: name one of them.
    """

    counts: Counts
    cursor: str | None
    partial: bool = False

    def followed_by(self, other: "BulkStep") -> "BulkStep":
        """Both as one."""
        return BulkStep(self.counts + other.counts, other.cursor, self.partial or other.partial)


class Bulk:
    """Cancels, promotes, removes, retries and updates jobs by a filter.

    >>> step = await bulk.run(Verb.RETRY, Filter(type="email", error="SMTP*"))
    >>> step.counts.done, step.cursor
    (3, None)
    """

    def __init__(self, link: Link, operator: Operator) -> None:
        self._link = link
        self._listing = Listing(link)
        self._operator = operator

    async def run(
        self,
        action: Verb | str,
        filter: Filter,
        update: Update | None = None,
        *,
        cursor: str | None = None,
        seconds: float = STEP_SECONDS,
        dry_run: bool = False,
    ) -> BulkStep:
        """Act on jobs that match, for about so many seconds; or only count them.

        An `update` says what jobs become, if that is the action.

        Of those that match, it is about the ones whose state allows the action. Go on with the
        cursor that it gives. When the store fails on the way, what was done before is told, and the
        next step meets the failure.

        Raises:
            InvalidError: the filter says nothing, or nothing that can be acted on so; an update is
                missing, or goes with another action; or a cursor that is not from a step of the
                same action, filter, update and `dry_run`.
            StoreError: the store refuses or cannot be reached.
        """
        deadline = monotonic() + seconds
        walk = Walk(action, filter, update, dry_run=dry_run)
        if cursor is None:
            mark = await self._now()
            place = walk.first(mark)
        else:
            mark, place = walk.resumed(cursor)
        act = self._verb(walk, update, mark)
        counts, partial = Counts(), False
        while True:
            try:
                page = await self._listing.page(
                    state=place.state,
                    type=filter.type,
                    tag=filter.tag,
                    limit=BATCH,
                    cursor=place.cursor,
                )
                jobs = [job for job in page.jobs if walk.selects(job, mark)]
                ids = [job.id for job in jobs]
                states = [job.state for job in jobs] if dry_run else await act(ids)
                counts += _counts(walk.action, walk.state, states)
            except StoreError:
                if not counts.total:
                    raise
                return BulkStep(counts, walk.cursor(mark, place), partial)
            partial = partial or page.partial
            behind = walk.behind(place, page.cursor, page.jobs, mark)
            if behind is None:
                return BulkStep(counts, None, partial)
            place = behind
            if monotonic() >= deadline:
                return BulkStep(counts, walk.cursor(mark, place), partial)

    async def steps(
        self,
        action: Verb,
        filter: Filter,
        update: Update | None = None,
        *,
        dry_run: bool = False,
        seconds: float = STEP_SECONDS,
    ) -> AsyncIterator[BulkStep]:
        """One step after the other, until all is done; see `run`."""
        cursor: str | None = None
        while True:
            step = await self.run(
                action, filter, update, cursor=cursor, seconds=seconds, dry_run=dry_run
            )
            yield step
            cursor = step.cursor
            if cursor is None:
                return

    async def _now(self) -> Mark:
        seconds, micros = await self._link.command("TIME")
        last = await self._link.command("GET", self._link.keyspace.key("seq"))
        return Mark(int(seconds) * 1_000 + int(micros) // 1_000, int(last or 0))

    def _verb(
        self, walk: Walk, update: Update | None, mark: Mark
    ) -> Callable[[Sequence[int]], Awaitable[list[str]]]:
        """What acts on jobs; if a state is asked for, on those that are still in it."""
        state = walk.state
        if update is not None:
            return bound(self._update, update, state, mark)
        match walk.action:
            case Verb.CANCEL:
                return bound(self._operator.cancel, state=state)
            case Verb.REMOVE:
                return bound(self._operator.remove, state=state)
            case Verb.RETRY:
                return bound(self._operator.retry, state=state)
            case _:
                return self._operator.promote  # those that are scheduled

    async def _update(
        self, update: Update, state: State | None, mark: Mark, ids: Sequence[int]
    ) -> list[str]:
        became = await self._operator.update(ids, update, state=state, since=mark.time)
        return [each.before for each in became if not isinstance(each, Same)]


def _counts(action: Verb, wanted: State | None, states: Sequence[str]) -> Counts:
    """What came of jobs, by the states that they were in."""
    found = Counter(states)
    missing = found.pop(MISSING, 0)
    meant = {state: n for state, n in found.items() if wanted in (None, state)}
    told = meant.get(State.ACTIVE, 0) if action is Verb.CANCEL else 0
    allowed = sum(n for state, n in meant.items() if allows(action, State(state)))
    return Counts(
        done=allowed - told,
        cancelling=told,
        not_allowed=found.total() - allowed,
        missing=missing,
    )
