"""Whether jobs that wait are claimed, and if not, why."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.probe import Backlog, Probe

UNCLAIMED_SECONDS = 15.0
"""How long jobs of a type may wait without one of them being claimed: three polls of a runner."""
PAGES = 10
"""How many parts of the types one look goes through."""
MOST_WATCHED = 2_000
"""How many types are watched at once. Of a store in which more stand still, these tell enough."""


class Standstill(NamedTuple):
    """Why the jobs of a type are not claimed."""

    code: str
    cause: str


class WorkWatch:
    """Remembers of which types jobs wait, from one look to the next.

    A type stands still when jobs of it wait, none has been claimed for 15 s, and no slots for it
    are busy with work that goes on.
    """

    def __init__(self, probe: Probe, clock: Callable[[], float] = time.monotonic) -> None:
        self._probe = probe
        self._clock = clock
        self._cursor = "0"
        self._since: dict[str, float] = {}

    async def look(self) -> Standstill | None:
        """The standstill that has lasted longest, if there is one.

        Raises:
            StoreError: the store cannot be reached.
        """
        now = self._clock()
        watched = {backlog.type: backlog for backlog in await self._backlogs()}
        self._since = {type: self._since.get(type, now) for type in list(watched)[:MOST_WATCHED]}
        late = [
            watched[type]
            for type in sorted(self._since, key=self._since.__getitem__)
            if self._unclaimed(watched[type], now) >= UNCLAIMED_SECONDS
        ]
        if not late:
            return None
        runners = await self._probe.runners()
        found = [reason for backlog in late if (reason := standstill(backlog, runners)) is not None]
        if not found:
            return None
        code, cause = found[0]
        more = len(found) - 1
        return Standstill(code, cause + (f", and {more} more types stand still" if more else ""))

    async def _backlogs(self) -> list[Backlog]:
        """Those that are watched already, and those in the next part of all types."""
        found = await self._probe.backlog_of(list(self._since)) if self._since else []
        for _ in range(PAGES):
            self._cursor, page = await self._probe.backlog(self._cursor)
            found += [backlog for backlog in page if backlog.type not in self._since]
            if self._cursor == "0":
                break
        return found

    def _unclaimed(self, backlog: Backlog, now: float) -> float:
        waited = now - self._since[backlog.type]
        return waited if backlog.claimed is None else min(waited, backlog.claimed)


def standstill(backlog: Backlog, runners: Sequence[RunnerInfo]) -> Standstill | None:
    """Why jobs of a type are not claimed; None when its runners are simply busy."""
    type = backlog.type
    able = [runner for runner in runners if type in runner.types]
    if not able:
        return Standstill("no_runner", f"jobs of {type} wait, and no runner handles them")
    able = [runner for runner in able if "stopping" not in runner.fields]
    if not able:
        return Standstill("no_runner", f"jobs of {type} wait, and its runners are stopping")
    slots = backlog.concurrency and backlog.concurrency * len(able)
    if backlog.active < (slots or 1):
        return Standstill("no_claims", f"jobs of {type} wait, and its runners do not claim them")
    stuck = sum(_number(runner.fields.get("stuck")) for runner in able)
    if stuck >= (slots or backlog.active):
        return Standstill("stuck", f"jobs of {type} wait, and all slots for them are stuck")
    return None


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0
