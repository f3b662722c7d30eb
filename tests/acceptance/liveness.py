"""Checks that work goes on: while the store answers, some job of each type ends within 10 s as long
as one waits. On a machine that is slower than usual, it may take as much longer.
"""

import asyncio
import time

from tasuki.model.errors import StoreError
from tasuki.store.looks.reader import Reader, TypeInfo
from tests.support import slowness

LONGEST_SECONDS = 10.0
LOOK_SECONDS = 0.2
GAP_SECONDS = 2.0
"""A look that took longer counts as an outage of the store, or of this process."""


class Liveness:
    """Looks at all types now and then, and notes those that stood still for too long."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._most = LONGEST_SECONDS * slowness()
        self._moved: dict[str, tuple[int, float]] = {}
        self.standstills: list[str] = []
        self.longest: dict[str, float] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        last = time.monotonic()
        while True:
            try:
                async with asyncio.timeout(GAP_SECONDS):
                    types = await self._reader.types()
            except (StoreError, TimeoutError):
                self.excuse()
            else:
                now = time.monotonic()
                if now - last > GAP_SECONDS:
                    self.excuse()
                for info in types:
                    self._look(info, now)
            last = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)

    def excuse(self) -> None:
        """What was is no fault of the runners: the store was away, or there was no machine."""
        self._moved.clear()

    def _look(self, info: TypeInfo, now: float) -> None:
        ended = info.completed + info.failed + info.cancelled
        before, since = self._moved.get(info.type, (-1, now))
        if ended != before or not info.waiting:
            since = now
        self._moved[info.type] = (ended, since)
        still = now - since
        self.longest[info.type] = max(still, self.longest.get(info.type, 0.0))
        if still > self._most:
            self.standstills.append(f"{info.waiting} jobs of {info.type} for {still:.1f} s")
            self._moved[info.type] = (ended, now)
