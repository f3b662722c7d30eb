"""A walk through all keys of a namespace, in steps that are short enough for a store in use."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence

import msgspec

from tasuki.store.findings import (
    Finding,
    Trouble,
    finding,
    low_sequence,
    runner_left_over,
    wrong_counts,
)
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.messages.checks import (
    CensusRequest,
    Examined,
    ExamineRequest,
    Surveyed,
    SurveyRequest,
)

PAGE = 300
"""About how many entries one call looks at."""
COUNTED = 2_000
"""How many scheduled jobs one call counts."""
PATIENCE_MS = 5_000
"""How long a lease may be over before it counts as forgotten."""
CENSUS_TRIES = 3

_SIDE = frozenset({"data", "tries", "ends", "results", "before", "progress", "logged"})
_SETS = ("wait:", "apart:", "lease:", "done:", "kept:")
_OF_RUNNERS = ("runner:", "lease:", "cancel:")

Progress = Callable[[int, int], None]


class Count(msgspec.Struct):
    """How many jobs are scheduled and active by type, `{STATE:TYPE: n}`, as of an event."""

    as_of: str
    tally: dict[str, int]
    kept: dict[str, int]

    @property
    def wrong(self) -> list[str]:
        """The counters that differ from what was counted, in words."""
        fields = sorted(self.tally.keys() | self.kept.keys())
        pairs = [(field, self.kept.get(field, 0), self.tally.get(field, 0)) for field in fields]
        return [f"{field} is {kept}, not {real}" for field, kept, real in pairs if kept != real]


class Examination:
    """Looks at everything once. Nothing is changed."""

    def __init__(self, link: Link, progress: Progress | None = None) -> None:
        self._link = link
        self._progress = progress
        self._members: dict[tuple[Trouble, str], dict[str, None]] = {}
        self._leases: list[str] = []

    async def run(self) -> list[Finding]:
        """Everything that was found.

        Raises:
            LayoutError: the namespace has another layout.
            StoreError: the store cannot be reached.
        """
        names = await self._names()
        runners = sorted({name.partition(":")[2] for name in _starting(names, _OF_RUNNERS)})
        types = sorted(name.partition(":")[2] for name in _starting(names, ("wait:",)))
        survey = await self._survey(types, runners)
        self._leases = [name for name in survey.strangers if f"lease:{name}" in names]
        largest = await self._jobs(survey.jobs)
        for name in sorted(names):
            await self._key(name)
        count = await count_jobs(self._link)
        # Who was rung comes a moment later: only what is silent now as well is worth a word.
        later = await self._survey(survey.silent, [])
        return [
            *self._by_job(),
            *map(runner_left_over, survey.strangers),
            *(finding(Trouble.UNREAPED, runner) for runner in survey.overdue),
            *(finding(Trouble.NO_BELL, type) for type in later.silent),
            *([low_sequence(later.last, largest)] if largest > later.last else []),
            *([wrong_counts(count.wrong)] if count is not None and count.wrong else []),
        ]

    def _by_job(self) -> list[Finding]:
        return [
            finding(kind, place, [member for member in members if member])
            for (kind, place), members in self._members.items()
        ]

    async def _names(self) -> set[str]:
        """All keys without their common start. Logs are looked at on the way: they are many."""
        names: set[str] = set()
        async for page in scan_keys(self._link):
            logs = [name[4:] for name in _starting(page, ("log:",))]
            if logs:
                await self._step("logs", "log:", ids=logs)
            names.update(name for name in page if not name.startswith("log:"))
        return names

    async def _jobs(self, total: int) -> int:
        """Look at all jobs. Gives the largest id."""
        done = largest = 0
        async for page in self._pages("jobs", "jobs"):
            done += page.seen
            largest = max(largest, page.largest)
            if self._progress is not None:
                self._progress(min(done, total), total)
        return largest

    async def _key(self, name: str) -> None:
        if name in _SIDE:
            kind = "side"
        elif name in {"due", "expires", "keeps"} or name.startswith(_SETS):
            kind = "members"
        elif name.startswith("cancel:"):
            kind = "told"
        else:
            return
        async for _ in self._pages(kind, name):
            pass

    async def _pages(self, kind: str, name: str) -> AsyncIterator[Examined]:
        cursor = "0"
        while True:
            page = await self._step(kind, name, cursor=cursor)
            yield page
            cursor = page.cursor
            if cursor == "0":
                return

    async def _step(
        self, kind: str, name: str, *, cursor: str = "0", ids: Sequence[str] = ()
    ) -> Examined:
        request = ExamineRequest(
            kind=kind, name=name, cursor=cursor, count=PAGE, ids=ids, leases=self._leases
        )
        page = await call(self._link, request)
        for what, member, place in page.troubles:
            self._members.setdefault((what, place), {})[member] = None
        return page

    async def _survey(self, types: Sequence[str], runners: Sequence[str]) -> Surveyed:
        request = SurveyRequest(types=types, runners=runners, patience=PATIENCE_MS)
        return await call(self._link, request)


async def scan_keys(link: Link) -> AsyncIterator[list[str]]:
    """All keys of the namespace without their common start, in pages."""
    start = link.keyspace.base
    cursor = b"0"
    while True:
        cursor, page = await link.command("SCAN", cursor, "MATCH", f"{start}*", "COUNT", PAGE)
        yield [key.decode().removeprefix(start) for key in page]
        if cursor == b"0":
            return


async def count_jobs(link: Link) -> Count | None:
    """Count scheduled and active jobs.

    None when they are too many for one call and do not stand still for as long as it takes; then
    nothing can be said of the counters.
    """
    for _ in range(CENSUS_TRIES):
        tally: dict[str, int] = {}
        start = 0
        as_of: str | None = None
        while True:
            part = await call(link, CensusRequest(start=start, limit=COUNTED))
            if as_of is not None and part.as_of != as_of:
                break
            as_of = part.as_of
            for field, n in _counters(part.tally):
                tally[field] = tally.get(field, 0) + n
            if not part.more:
                return Count(as_of, tally, dict(_counters(part.kept)))
            start += COUNTED
    return None


def _counters(flat: Sequence[str]) -> Iterator[tuple[str, int]]:
    return zip(flat[::2], map(int, flat[1::2]), strict=True)


def _starting(names: Iterable[str], prefixes: tuple[str, ...]) -> list[str]:
    return [name for name in names if name.startswith(prefixes)]
