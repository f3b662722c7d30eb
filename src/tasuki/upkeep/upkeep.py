"""One service that does all the periodic work of a namespace."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from tasuki.model.errors import StoreError
from tasuki.store.maintenance import STEP, Maintenance
from tasuki.store.reader import Reader

log = logging.getLogger("tasuki.upkeep")

TICK_SECONDS = 1.0
PRUNED_TYPES = 100
"""How many types one tick prunes; the next tick goes on with the next ones."""


class Upkeep:
    """Promotes, expires, reaps and prunes once a second, or four times in a short lease.

    The store takes half a lease of silence for an outage, in which nothing is reaped.

    Each step is bounded, and repeated at once while there is more to do. While the store is away
    the service waits for it.
    """

    def __init__(self, maintenance: Maintenance, reader: Reader) -> None:
        self._maintenance = maintenance
        self._seconds = min(TICK_SECONDS, maintenance.terms.seconds / 4)
        self._reader = reader
        self._task: asyncio.Task[None] | None = None
        self._next_type = 0

    async def start(self) -> None:
        """Begin, in a task of its own."""
        self._task = asyncio.create_task(self.run(), name="tasuki-upkeep")

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                await self.tick()
            except StoreError as error:
                log.debug("upkeep waits for the store: %s", error)
            # Spread out, so that many processes do not tick in step.
            await asyncio.sleep(self._seconds * random.uniform(0.8, 1.2))

    async def stop(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def tick(self) -> None:
        """Do everything once.

        Raises:
            StoreError: the store cannot be reached.
        """
        await _until_done(self._maintenance.promote)
        await _until_done(self._maintenance.expire)
        await self._reap()
        await self._prune()

    async def _reap(self) -> None:
        while True:
            reaped = await self._maintenance.reap()
            if reaped.runners:
                log.warning(
                    "took back jobs of lost runners %s: %d requeued, %d failed, %d cancelled",
                    ", ".join(reaped.runners),
                    reaped.requeued,
                    reaped.failed,
                    reaped.cancelled,
                )
            if not reaped.more:
                return

    async def _prune(self) -> None:
        names = await self._reader.type_names()
        if self._next_type >= len(names):
            self._next_type = 0
        chunk = names[self._next_type : self._next_type + PRUNED_TYPES]
        self._next_type += PRUNED_TYPES

        async def step() -> int:
            return await self._maintenance.prune(chunk)

        await _until_done(step)


async def _until_done(step: Callable[[], Awaitable[int]]) -> None:
    while await step() >= STEP:
        pass
