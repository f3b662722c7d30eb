"""Everything at a glance, for the first page: its parts are read together, and fail alone."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeVar

import msgspec

from tasuki.client import Client
from tasuki.model.errors import StoreError, StoreUnavailableError
from tasuki.model.job import Attempts, JobInfo, Time
from tasuki.model.run_times import quantile
from tasuki.model.state import State
from tasuki.store.health import Health
from tasuki.store.health.causes import cause
from tasuki.store.looks.listing import Page
from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.looks.types import TypeInfo
from tasuki.views.hour import Hour

MOST_TYPES = 200
MOST_FAILURES = 20
LONGEST_MESSAGE = 200
"""Characters of what went wrong."""
PART_SECONDS = 1.8
"""How long one part may take: an answer is due within 2 s."""

_NEVER = datetime.min.replace(tzinfo=UTC)

Part = Literal["types", "runners", "stats", "failures"]
T = TypeVar("T")


class TypeRow(TypeInfo, frozen=True, kw_only=True):
    """A type, and how its last hour was.

    `served` tells whether a runner works on it. `p50` and `p95` are run times in seconds, below
    which half of the attempts stayed, and 95 of 100. What comes from counters is null when they
    cannot be had.
    """

    served: bool | None
    completed_by_minute: list[int] | None
    p50: float | None
    p95: float | None


class FailureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A job that failed, without its data. `message` is the beginning of what went wrong."""

    id: int
    type: str
    reason: str | None
    error: str | None
    message: str
    attempts: Attempts
    finished_at: Time | None


class MinuteSums(msgspec.Struct, frozen=True):
    """The counters of the minute that began `at`, over all types: `{event: how many}`."""

    at: Time
    counters: dict[str, int]


class PartProblem(msgspec.Struct, frozen=True):
    """Why a part could not be had."""

    part: Part
    code: str
    cause: str


class OverviewJson(msgspec.Struct, frozen=True, kw_only=True):
    """Everything at a glance. A part that could not be had is null, and `problems` say why.

    `states` counts the jobs of all types by state. `types` are the first 200 whose name has the
    text that was looked for, of `types_found`. `minutes` is the last hour, `totals` all since the
    beginning.
    """

    states: dict[str, int] | None
    types: list[TypeRow] | None
    types_found: int | None
    runners: list[RunnerInfo] | None
    failures: list[FailureRow] | None
    minutes: list[MinuteSums] | None
    totals: dict[str, int] | None
    problems: list[PartProblem]


class Glance:
    """One look at everything; from it as many answers are made as there are texts to look for."""

    def __init__(
        self,
        types: Sequence[TypeInfo] | None,
        runners: list[RunnerInfo] | None,
        hour: Hour | None,
        failures: list[FailureRow] | None,
        problems: list[PartProblem],
    ) -> None:
        self._types, self._runners, self._hour = types, runners, hour
        self._failures, self._problems = failures, problems

    def answer(self, find: str = "") -> OverviewJson:
        """What is shown to who looks for types with a text in their name, whatever its case."""
        types, hour = self._types, self._hour
        found = None
        if types is not None:
            wanted = find.casefold()
            found = [info for info in types if wanted in info.type.casefold()]
        return OverviewJson(
            states=None if types is None else _states(types),
            types=None if found is None else [self._row(info) for info in found[:MOST_TYPES]],
            types_found=None if found is None else len(found),
            runners=self._runners,
            failures=self._failures,
            minutes=None if hour is None else [MinuteSums(at, dict(n)) for at, n in hour.minutes()],
            totals=None if hour is None else dict(hour.totals),
            problems=self._problems,
        )

    def _row(self, info: TypeInfo) -> TypeRow:
        runners, hour = self._runners, self._hour
        counters = {} if hour is None else hour.of_type(info.type)
        return TypeRow(
            **msgspec.structs.asdict(info),
            served=None
            if runners is None
            else any(info.type in runner.types for runner in runners),
            completed_by_minute=None if hour is None else hour.trend(info.type, "completed"),
            p50=quantile(counters, 0.5),
            p95=quantile(counters, 0.95),
        )


class Overview:
    """Looks at everything. One look at a time."""

    def __init__(self, client: Client, health: Health) -> None:
        self._client = client
        self._hour = Hour(client, health)

    async def look(self) -> Glance:
        """Read all parts at once. It never fails; parts do, and say so."""
        client = self._client
        problems: list[PartProblem] = []
        types, runners, looked, failures = await asyncio.gather(
            _part("types", client.types(), problems),
            _part("runners", client.runners(), problems),
            _part("stats", self._look_at_hour(), problems),
            _part("failures", client.page(state=State.FAILED, limit=MOST_FAILURES), problems),
        )
        hour = self._hour if looked else None
        return Glance(types, runners, hour, _latest_first(failures), problems)

    async def _look_at_hour(self) -> bool:
        await self._hour.look()
        return True


async def _part(part: Part, reading: Awaitable[T], problems: list[PartProblem]) -> T | None:
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await reading
    except TimeoutError:
        error: StoreError = StoreUnavailableError("it took too long")
    except StoreError as failed:
        error = failed
    problems.append(PartProblem(part, error.code, cause(error)))
    return None


def _latest_first(page: Page | None) -> list[FailureRow] | None:
    if page is None:
        return None
    rows = [_failure(info) for info in page.jobs]
    return sorted(rows, key=lambda row: row.finished_at or _NEVER, reverse=True)


def _failure(info: JobInfo) -> FailureRow:
    error = info.error
    return FailureRow(
        id=info.id,
        type=info.type,
        reason=info.reason,
        error=None if error is None else error.type,
        message="" if error is None else error.message[:LONGEST_MESSAGE],
        attempts=info.attempts,
        finished_at=info.finished_at,
    )


def _states(types: Sequence[TypeInfo]) -> dict[str, int]:
    return {state.value: sum(info.counts[state] for info in types) for state in State}
