"""What a client can look at, and wait for."""

from collections.abc import AsyncIterator
from typing import Any

from tasuki.client.verbs import Verbs
from tasuki.model.errors import InvalidError, JobFailedError, WaitTimeoutError
from tasuki.model.job import JobInfo
from tasuki.model.rules import check_seconds
from tasuki.model.state import State
from tasuki.model.values.names import check_type
from tasuki.store.feed import Event, check_position
from tasuki.store.looks.history import MOST_MINUTES, Minute, Stats
from tasuki.store.looks.listing import MOST_LISTED, Page
from tasuki.store.looks.reader import LogPart, RunnerInfo
from tasuki.store.looks.types import TYPES_LISTED, TypeInfo, TypePage
from tasuki.wire import payload
from tasuki.wire.ids import check_id

MOST_TYPES_LISTED = 1_000
"""How many types may be asked for in one page."""


class Looking(Verbs):
    """The verbs that change nothing. All raise StoreError when the store cannot be reached."""

    # ------------------------------------------------------------------------------ one job

    async def get(self, id: int) -> JobInfo:
        """Everything that is known of a job.

        Raises:
            JobNotFoundError: there is no such job.
        """
        return await self._here().reader.job(check_id(id))

    async def wait(self, id: int, timeout: float | None = None) -> JobInfo:
        """Wait until a job has ended, at most `timeout` seconds, and give what is known of it.

        0 looks at it once, None waits for as long as it takes. When the store goes away in the
        meantime, its return is waited for.

        Raises:
            WaitTimeoutError: the job has not ended in this time. It goes on.
            JobNotFoundError: there is no such job: it was removed, or is not kept when it ends
                (`keep=0`).
            StoreUnavailableError: the store cannot be reached at the start.
        """
        id = check_id(id)
        if timeout is not None:
            timeout = check_seconds("timeout", timeout)
        if timeout == 0:
            info = await self.get(id)
            if info.state.finished:
                return info
            raise WaitTimeoutError(f"job {id} is {info.state}")
        try:
            return await self._here().waiting.ended(id, timeout)
        except TimeoutError:
            raise WaitTimeoutError(f"job {id} has not ended within {timeout:g} s") from None

    async def result(self, id: int, timeout: float | None = None) -> Any:
        """Wait until a job has ended, as `wait` does, and give what its worker returned.

        Raises:
            JobFailedError: it ended as failed or cancelled. The error says why.
            WaitTimeoutError: as `wait`, like the others.
        """
        info = await self.wait(id, timeout)
        if info.state is State.COMPLETED:
            return None if info.result is None else payload.decode(info.result)
        raise _failure(info)

    async def log(self, id: int, after: int = 0) -> LogPart:
        """The lines that a job has logged, the oldest first, but for its first `after` ones.

            log = await client.log(7)
            news = await client.log(7, after=log.written)

        Raises:
            JobNotFoundError: there is no such job.
        """
        return await self._here().reader.log(check_id(id), after)

    # ----------------------------------------------------------------------------- many jobs

    async def jobs(
        self, *, state: State | str | None = None, type: str | None = None, tag: str | None = None
    ) -> AsyncIterator[JobInfo]:
        """All jobs, or those in a state, of a type, with a tag; read in pages as they are needed.

            async for job in client.jobs(state="failed", type="email"):
                print(job.id, job.error)

        Those that wait come in the order in which they will run, those that have ended the latest
        first. Of data and results that are large they hold the beginning, as `JobInfo.cut` says.

        Raises:
            InvalidError: there is no such state.
        """
        cursor = None
        while True:
            page = await self.page(
                state=state, type=type, tag=tag, limit=MOST_LISTED, cursor=cursor
            )
            for info in page.jobs:
                yield info
            cursor = page.cursor
            if cursor is None:
                return

    async def page(
        self,
        *,
        state: State | str | None = None,
        type: str | None = None,
        tag: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """At most `limit` of the `jobs`, up to 1,000, and the cursor for those that follow.

        Raises:
            InvalidError: there is no such state; or the cursor is not of a page like this.
        """
        return await self._here().listing.page(
            state=_state(state), type=type, tag=tag, limit=limit, cursor=cursor
        )

    # ------------------------------------------------------------------------------- types

    async def counts(self) -> dict[str, dict[str, int]]:
        """How many jobs of each type are in which state, as `{"email": {"waiting": 2, ...}}`."""
        return {
            info.type: {state.value: n for state, n in info.counts.items()}
            for info in await self._here().reader.types()
        }

    async def types(self, *names: str) -> list[TypeInfo]:
        """All known types by name, or those of these that are known; and their jobs by state.

        Raises:
            InvalidError: one of them cannot be the name of a type.
        """
        reader = self._here().reader
        if not names:
            return await reader.types()
        for name in names:
            check_type(name)
        infos = await reader.types(sorted(set(names)))
        return [info for info in infos if await reader.knows_type(info.type)]

    async def type_page(
        self, *, limit: int = TYPES_LISTED, after: str | None = None, text: str = ""
    ) -> TypePage:
        """Some types, those with `text` in their names; first those in which the most happened.

        From there on, with `after`, all of them come by their names.

        Raises:
            InvalidError: a limit outside 1 to 1,000.
        """
        if not 1 <= limit <= MOST_TYPES_LISTED:
            raise InvalidError(f"must be between 1 and {MOST_TYPES_LISTED}", field="limit")
        return await self._here().reader.type_page(limit=limit, after=after, text=text)

    # ------------------------------------------------------------- runners, counters, events

    async def runners(self) -> list[RunnerInfo]:
        """All runners that hold a lease."""
        return await self._here().reader.runners()

    async def stats(self, minutes: int = 60) -> Stats:
        """The counters of the last minutes as `history` has them, and those since the beginning.

        Raises:
            InvalidError: `minutes` outside 1 to 2,880.
        """
        return await self._here().history.stats(_minutes(minutes))

    async def history(self, minutes: int = 60) -> list[Minute]:
        """The counters of the last minutes by type, the current minute last.

        Of more than 120 minutes each entry is the sum of ten.

        Raises:
            InvalidError: `minutes` outside 1 to 2,880.
        """
        return await self._here().history.latest(_minutes(minutes))

    async def events(self, *types: str, after: str | None = None) -> AsyncIterator[Event]:
        """What happens to jobs of these types (none: of all), as it happens and for ever.

            async for event in client.events("email"):
                print(event.what, event.ids)

        It begins when the first event is asked for; or after the `position` of one that was seen
        before, so that none is missed in between.

        Raises:
            InvalidError: `after` is no position, or so long ago that events after it are gone.
            StoreUnavailableError: the store went away. Go on after the last position.
        """
        store = self._here().store.anew()
        try:
            feed = store.feed()
            position = await feed.end() if after is None else check_position(after)
            if after is not None and not await feed.reaches(after):
                raise InvalidError("is too long ago: events after it are gone", field="after")
            while True:
                position, events = await feed.read(position)
                for event in events:
                    if not types or event.type in types:
                        yield event
        finally:
            await store.close()


def _state(state: State | str | None) -> State | None:
    if state is None:
        return None
    try:
        return State(state)
    except ValueError:
        message = f"must be one of {', '.join(State)}, not {state!r}"
        raise InvalidError(message, field="state") from None


def _minutes(minutes: int) -> int:
    if not 1 <= minutes <= MOST_MINUTES:
        raise InvalidError(f"must be between 1 and {MOST_MINUTES}", field="minutes")
    return minutes


def _failure(info: JobInfo) -> JobFailedError:
    """The error for a job that did not complete, with the traceback of its worker as a note."""
    ended = "was cancelled" if info.state is State.CANCELLED else "failed"
    why = f"{info.error.type}: {info.error.message}" if info.error else info.reason
    failure = JobFailedError(f"job {info.id} {ended}: {why}")
    if info.error and info.error.traceback:
        failure.add_note(info.error.traceback)
    return failure
