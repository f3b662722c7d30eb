"""One reading for all who ask for the same at about the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

GAP_SECONDS = 1.0
LARGEST_SHARE = 0.1
"""Of the time, that may be spent reading: what takes long is read less often."""

T = TypeVar("T")


class Shared(Generic[T]):
    """Reads when asked, but not more often than once in a second.

    Nobody gets an answer that was read before they asked. Who asks too soon waits, and shares the
    next reading with all who wait.

    >>> shared = Shared(overview.look)
    >>> await shared.get()
    """

    def __init__(self, read: Callable[[], Awaitable[T]], gap: float = GAP_SECONDS) -> None:
        self._read = read
        self._gap = gap
        self._turn = asyncio.Lock()
        self._began = float("-inf")
        self._free_at = float("-inf")
        self._last: T | None = None

    async def get(self) -> T:
        """What is read after now. What the reading raises is for the one who waited longest."""
        asked = time.monotonic()
        async with self._turn:
            if self._last is not None and self._began >= asked:
                return self._last
            await asyncio.sleep(self._free_at - time.monotonic())
            began = time.monotonic()
            try:
                self._last = await self._read()
                self._began = began
            finally:
                took = time.monotonic() - began
                self._free_at = began + max(self._gap, took / LARGEST_SHARE)
            return self._last
