"""Waiting for jobs to end: one reader of events for all who wait, and a look now and then.

Events tell which job to look at. They are only hints: a lost one delays an answer by a second at
most, because all jobs that are waited for are looked at that often.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from tasuki.model.errors import JobNotFoundError, StoreUnavailableError, may_pass
from tasuki.model.job import JobInfo
from tasuki.model.state import FINISHED, State
from tasuki.store.feed import Event, Feed
from tasuki.store.looks.reader import Reader
from tasuki.telemetry.complaints import Complaints

log = logging.getLogger("tasuki.client")

LOOK_SECONDS = 1.0
RETRY_SECONDS = 1.0
"""How long after an error events are read again."""

LINGER_SECONDS = 5.0
"""How long events are still read when nobody waits: the next one to wait finds them flowing."""

HINTS = frozenset({*FINISHED, "removed"})
"""What events say of a job that may have ended."""


class _Watch:
    """A job that is waited for. `seen` tells whether it has been looked at."""

    __slots__ = ("futures", "seen")

    def __init__(self) -> None:
        self.futures: set[asyncio.Future[JobInfo]] = set()
        self.seen = False

    def pending(self) -> list[asyncio.Future[JobInfo]]:
        return [future for future in self.futures if not future.done()]


class Waiting:
    """Tells when jobs end. For use in one event loop; its tasks run only while somebody waits.

    All jobs that are waited for are looked at every `look_seconds`.
    """

    def __init__(self, reader: Reader, feed: Feed, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._reader = reader
        self._feed = feed
        self._look_seconds = look_seconds
        self._watches: dict[int, _Watch] = {}
        self._due: set[int] = set()
        self._wake = asyncio.Event()
        self._complaints = Complaints(log, "waiting for jobs goes on after an error")
        self._looking: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    async def ended(self, id: int, seconds: float | None = None) -> JobInfo:
        """Wait until a job has ended, at most so many seconds, or however long that takes.

        Raises:
            TimeoutError: it has not ended in this time.
            JobNotFoundError: there is no such job, or not any more.
            StoreError: the store is away at the start, or refuses. Later, what may pass is waited
                for.
        """
        future: asyncio.Future[JobInfo] = asyncio.get_running_loop().create_future()
        watch = self._watches.setdefault(id, _Watch())
        watch.futures.add(future)
        self._look_at([id])
        self._start()
        try:
            async with asyncio.timeout(seconds):
                return await future
        finally:
            watch.futures.discard(future)
            if not watch.futures and self._watches.get(id) is watch:
                del self._watches[id]

    async def close(self) -> None:
        """End the tasks. Whoever still waits gets an error."""
        tasks = [task for task in (self._looking, self._following) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._fail(self._watches, StoreUnavailableError("the client was closed"))

    def _start(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="tasuki-waiting")
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name="tasuki-feed")

    def _look_at(self, ids: Collection[int]) -> None:
        if ids:
            self._due.update(ids)
            self._wake.set()

    async def _look(self) -> None:
        clock = asyncio.get_running_loop().time
        all_at = clock() + self._look_seconds
        while self._watches:
            if clock() >= all_at:
                self._due.update(self._watches)
                all_at = clock() + self._look_seconds
            ids = [id for id in self._due if id in self._watches]
            self._due.clear()
            self._wake.clear()
            try:
                await self._settle(ids, await self._reader.states(ids))
            except Exception as error:  # noqa: BLE001 - those who wait must hear of it
                # What may pass is waited for by those who know that their job is there.
                self._fail([id for id in ids if not (may_pass(error) and self._seen(id))], error)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(all_at):
                    await self._wake.wait()

    async def _follow(self) -> None:
        clock = asyncio.get_running_loop().time
        wanted_at = clock()
        position = ""
        while clock() < wanted_at + LINGER_SECONDS:
            try:
                if not position:
                    position = await self._feed.end()
                    # No event will tell of what has ended before this position.
                    self._look_at(self._watches)
                position, events = await self._feed.read(position, seconds=LINGER_SECONDS)
            except Exception as error:  # noqa: BLE001 - all who wait depend on this
                if not may_pass(error):
                    self._complaints.add(error)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._look_at({id for event in events for id in self._hinted(event)})
            if self._watches:
                wanted_at = clock()

    def _hinted(self, event: Event) -> Iterable[int]:
        return (id for id in event.ids if id in self._watches) if event.what in HINTS else ()

    def _seen(self, id: int) -> bool:
        watch = self._watches.get(id)
        return watch is not None and watch.seen

    async def _settle(self, ids: Collection[int], states: Mapping[int, State]) -> None:
        ended: list[int] = []
        for id in ids:
            watch = self._watches.get(id)
            if id not in states:
                self._gone(id)
            elif watch is not None:
                watch.seen = True
                if states[id].finished:
                    ended.append(id)
        await self._hand_out(ended)

    async def _hand_out(self, ids: Collection[int]) -> None:
        """Only of what has ended more than the state is read, since that may be large."""
        gone = set(ids)
        for info in await self._reader.jobs(list(ids)):
            gone.discard(info.id)
            # A person may have had it run again in between.
            if info.state.finished and info.id in self._watches:
                for future in self._watches[info.id].pending():
                    future.set_result(info)
        for id in gone:
            self._gone(id)

    def _gone(self, id: int) -> None:
        self._fail([id], gone(id))

    def _fail(self, ids: Collection[int], error: Exception) -> None:
        for id in ids:
            for future in self._watches[id].pending() if id in self._watches else ():
                future.set_exception(error)


def gone(id: int) -> JobNotFoundError:
    """The error for a job that is waited for, and is not there."""
    return JobNotFoundError(id, "it was removed, or is not kept when it ends")
