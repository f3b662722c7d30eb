"""One client of the event stream: what is to be sent to it, within bounds."""

import asyncio
from collections import deque

from tasuki.server.events.frames import Batch, heartbeat, order, reset

MOST_BYTES = 1024 * 1024
"""How much may be waiting for a client that reads slowly."""


class Subscriber:
    """Gathers frames until the client can take them.

    A client that is too slow loses them all, gets a `reset` in their place, and is let go.
    """

    def __init__(self, types: frozenset[str], position: str, most: int = MOST_BYTES) -> None:
        self._types = types
        self._position = position
        self._most = most
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._ended = False
        self._wake = asyncio.Event()

    def offer(self, batch: Batch) -> None:
        """Take the events that come next."""
        if self._ended or order(batch.position) <= order(self._position):
            return
        self._position = batch.position
        frame = batch.frame(self._types)
        if frame:
            self._add(frame)
        if self._size > self._most:
            self.restart(batch.position, "events were read too slowly")
            self.end()

    def restart(self, position: str, reason: str) -> None:
        """Forget what is waiting; the client will have missed events."""
        self._frames.clear()
        self._size = 0
        self._position = position
        self._add(reset(position, reason))

    def end(self) -> None:
        """Send what is waiting, and nothing more."""
        self._ended = True
        self._wake.set()

    async def next(self, seconds: float) -> bytes | None:
        """All that is waiting, or a heartbeat after so many seconds; None at the end."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return heartbeat(self._position)
        if not self._frames:
            return None
        if not self._ended:
            self._wake.clear()
        text = b"".join(self._frames)
        self._frames.clear()
        self._size = 0
        return text

    def _add(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._size += len(frame)
        self._wake.set()
