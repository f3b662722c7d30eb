"""One service behind every front end."""

import asyncio
from collections.abc import Awaitable, Callable

from tasuki.admin.health import Health, Trouble
from tasuki.admin.views import RunnerView, StatsView, runner_view, stats_view
from tasuki.client import Client
from tasuki.model.errors import InvalidError, StoreUnavailableError, WaitTimeoutError
from tasuki.model.job import JobInfo
from tasuki.model.retention import Retention
from tasuki.model.state import State
from tasuki.model.values.names import check_type
from tasuki.store.looks.history import MOST_MINUTES
from tasuki.store.looks.listing import Page
from tasuki.store.looks.reader import LogPart
from tasuki.store.looks.types import TYPES_LISTED, TypeInfo, TypePage
from tasuki.store.store import Store
from tasuki.wire.ids import check_id

MOST_TYPES_LISTED = 1_000
"""How many types may be asked for in one page."""

STATS_SECONDS = 1.8
"""How long the counters may take: an answer is due within 2 s."""


class Admin:
    """Everything that people see. What they do to jobs is the client's.

    Every method raises InvalidError for arguments that cannot be right, and StoreError when the
    store refuses or cannot be reached. Those for one job raise JobNotFoundError.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        retention: Retention | None = None,
        trouble: Trouble = lambda: None,
    ) -> None:
        self._client = client
        self._reader = store.reader()
        self._listing = store.listing()
        self._history = store.history()
        self._operator = store.operator(retention)
        self.health = Health(store, trouble)

    # ------------------------------------------------------------------------------- jobs

    async def jobs(
        self,
        *,
        state: State | None = None,
        type: str | None = None,
        tag: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """Some jobs, and the cursor with which to ask for the next ones; see `Listing.page`."""
        return await self._listing.page(state=state, type=type, tag=tag, limit=limit, cursor=cursor)

    async def job(self, id: int) -> JobInfo:
        """Everything that is known of a job."""
        return await self._reader.job(check_id(id))

    async def wait(self, id: int, seconds: float) -> JobInfo:
        """The job as soon as it has ended, or as it is after so many seconds."""
        try:
            return await self._client.wait(check_id(id), seconds)
        except WaitTimeoutError:
            return await self._reader.job(id)

    async def log(self, id: int) -> list[str]:
        """The log lines of a job, the oldest first."""
        return (await self.log_after(id, 0)).lines

    async def log_after(self, id: int, after: int) -> LogPart:
        """The log lines of a job that came after its first `after` ones; see `Reader.log_after`."""
        return await self._reader.log_after(check_id(id), after)

    # ------------------------------------------------------------------------------ types

    async def types(self) -> list[TypeInfo]:
        """All known types, sorted, with how many of their jobs are in which state."""
        return await self._reader.types()

    async def type_page(
        self, *, limit: int = TYPES_LISTED, after: str | None = None, text: str = ""
    ) -> TypePage:
        """Some types, the first page with those in which the most happened; see `Types.page`."""
        if not 1 <= limit <= MOST_TYPES_LISTED:
            raise InvalidError(f"must be between 1 and {MOST_TYPES_LISTED}", field="limit")
        return await self._reader.type_page(limit=limit, after=after, text=text)

    async def type(self, name: str) -> TypeInfo | None:
        """One type; None when nothing is known of it."""
        check_type(name)
        [info] = await self._reader.types([name])
        return info if await self._reader.knows_type(name) else None

    async def pause(self, type: str) -> TypeInfo:
        """Stop claiming the jobs of a type, which need not be known yet."""
        return await self._switch(type, self._operator.pause)

    async def resume(self, type: str) -> TypeInfo:
        """Claim the jobs of a type again."""
        return await self._switch(type, self._operator.resume)

    async def _switch(self, type: str, verb: Callable[[str], Awaitable[bool]]) -> TypeInfo:
        await verb(type)
        return (await self._reader.types([type]))[0]

    # ---------------------------------------------------------------- runners and counters

    async def runners(self) -> list[RunnerView]:
        """All runners that hold a lease."""
        return [runner_view(info) for info in await self._reader.runners()]

    async def stats(self, minutes: int = 60) -> StatsView:
        """The counters of the last minutes, and the totals."""
        if not 1 <= minutes <= MOST_MINUTES:
            raise InvalidError(f"must be between 1 and {MOST_MINUTES}", field="minutes")
        try:
            async with asyncio.timeout(STATS_SECONDS):
                durability = await self.health.durability()
                return stats_view(await self._history.stats(minutes), durability)
        except TimeoutError as error:
            raise StoreUnavailableError(
                f"the store did not give its counters within {STATS_SECONDS:g} s"
            ) from error
