"""One reader of the store's events for all clients of this process."""

import asyncio
import logging
from typing import NoReturn

from tasuki.model.errors import StoreError
from tasuki.model.pauses import Pauses
from tasuki.server.events.frames import Batch, batches, order
from tasuki.server.events.subscriber import Subscriber
from tasuki.store.feed import Feed
from tasuki.telemetry.complaints import Complaints

log = logging.getLogger("tasuki.server")

PAUSES = Pauses(0.1, 2.0)
"""Seconds between two tries while the store is away."""
INSTANT = 0.001
"""Seconds to wait for events that should be there already."""
LAGGING = 100
"""So many positions in one reading: others may have been trimmed before they were read."""


class EventHub:
    """Reads while there is at least one subscriber, and hands every event to all of them.

    `replay` is a second feed, for those who come back and want what they have missed.
    """

    def __init__(self, feed: Feed, replay: Feed) -> None:
        self._feed = feed
        self._replay = replay
        self._members: set[Subscriber] = set()
        self._live: set[Subscriber] = set()
        self._position = ""
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._stopped = False
        self._complaints = Complaints(log, "events are read again after an error")

    async def stop(self) -> None:
        """End all subscribers, also those that are yet to come."""
        self._stopped = True
        for subscriber in self._members:
            subscriber.end()
        await self._rest()

    async def subscribe(self, types: frozenset[str], after: str | None) -> Subscriber:
        """What happens from now on, or after a position, to jobs of some types (none: of all).

        Raises:
            StoreError: the store cannot be reached.
        """
        async with self._starting:
            if self._reading is None:
                self._position = await self._feed.end()
                self._reading = asyncio.create_task(self._run(), name="tasuki-events")
            subscriber = Subscriber(types, after or self._position)
            self._members.add(subscriber)
        try:
            if after is not None:
                await self._catch_up(subscriber, after)
        except BaseException:
            await self.leave(subscriber)
            raise
        self._live.add(subscriber)
        if self._stopped:
            subscriber.end()
        return subscriber

    async def leave(self, subscriber: Subscriber) -> None:
        """Forget a subscriber."""
        self._members.discard(subscriber)
        self._live.discard(subscriber)
        if not self._members:
            await self._rest()

    async def _catch_up(self, subscriber: Subscriber, after: str) -> None:
        """Offer what was missed, up to where the reading is by the time that this returns."""
        if order(after) > order(await self._replay.end()) or not await self._replay.reaches(after):
            subscriber.restart(self._position, "the events since then are not kept any more")
            return
        while order(after) < order(self._position):
            position, events = await self._replay.read(after, seconds=INSTANT)
            if position == after:
                return
            for batch in batches(events):
                subscriber.offer(batch)
            after = position

    async def _run(self) -> None:
        try:
            await self._read()
        except Exception:
            log.exception("the reader of events has failed; clients will connect again")
            for subscriber in self._members:
                subscriber.end()
        finally:
            if self._reading is asyncio.current_task():
                self._reading = None

    async def _read(self) -> NoReturn:
        pause = PAUSES.first
        while True:
            try:
                position, events = await self._feed.read(self._position)
                found = batches(events)
                if len(found) >= LAGGING:
                    await self._check_gap()
                pause = PAUSES.first
            except StoreError as error:
                if not error.transient:
                    self._complaints.add(error)
                await asyncio.sleep(pause)
                pause = PAUSES.after(pause)
                await self._look_after_absence()
                continue
            self._position = position
            self._hand_out(found)

    def _hand_out(self, found: list[Batch]) -> None:
        for batch in found:
            for subscriber in self._live:
                subscriber.offer(batch)

    async def _check_gap(self) -> None:
        if not await self._feed.reaches(self._position):
            self._restart_all(self._position)

    async def _look_after_absence(self) -> None:
        """The store may have come back with another stream, or with none."""
        try:
            end = await self._feed.end()
            if order(end) < order(self._position) or not await self._feed.reaches(self._position):
                self._position = end
                self._restart_all(end)
        except StoreError:
            return

    def _restart_all(self, position: str) -> None:
        for subscriber in self._live:
            subscriber.restart(position, "events were lost")

    async def _rest(self) -> None:
        if self._reading is not None:
            reading, self._reading = self._reading, None
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
