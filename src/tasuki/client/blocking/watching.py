"""Waiting for one job to end, by one caller with connections of its own.

Events are only hints: a lost one delays the answer by a second at most, because the job is looked
at that often.
"""

from math import inf
from time import monotonic

from tasuki.client.waiting import HINTS, LOOK_SECONDS, RETRY_SECONDS, gone
from tasuki.model.errors import JobNotFoundError, StoreError
from tasuki.model.job import JobInfo
from tasuki.store.feed import Feed
from tasuki.store.link.link import Link
from tasuki.store.looks.reader import Reader


class Watching:
    """As `Waiting`, without tasks, so that it can be driven by hand."""

    def __init__(self, link: Link, reader: Reader, feed: Feed) -> None:
        self._link = link
        self._reader = reader
        self._feed = feed

    async def ended(self, id: int, seconds: float | None = None) -> JobInfo:
        """Wait until a job has ended; see `Waiting.ended`."""
        end = inf if seconds is None else monotonic() + seconds
        position, seen = "", False
        while True:
            try:
                # No event will tell of what has ended before this position.
                position = position or await self._feed.end()
                if (info := await self._look(id)) is not None:
                    return info
                seen = True
                position = await self._listen(id, position, min(end, monotonic() + LOOK_SECONDS))
            except StoreError as error:
                if not (seen and error.transient):
                    raise
                position = ""
                await self._link.pause(max(0, min(RETRY_SECONDS, end - monotonic())))
            if monotonic() >= end:
                raise TimeoutError

    async def close(self) -> None:
        """There is nothing to end: who waits is told by its connection."""

    async def _look(self, id: int) -> JobInfo | None:
        """What is known of the job, if it has ended. Only then it is read: it may be large."""
        state = (await self._reader.states([id])).get(id)
        if state is None:
            raise gone(id)
        if not state.finished:
            return None
        try:
            info = await self._reader.job(id)
        except JobNotFoundError:
            raise gone(id) from None
        # A person may have had it run again in between.
        return info if info.state.finished else None

    async def _listen(self, id: int, position: str, until: float) -> str:
        """Read events up to a time, or until one hints at the job. Gives the last position."""
        while (left := until - monotonic()) > 0:
            position, events = await self._feed.read(position, seconds=left)
            if any(id in event.ids and event.what in HINTS for event in events):
                break
        return position
