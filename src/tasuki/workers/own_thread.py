"""Threads of the runner itself, next to its event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


class OwnThread:
    """A thread that the loop can wait for.

    Not with the loop's own threads, as `asyncio.to_thread` does: jobs have those too, and may keep
    all of them busy for ever.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def ended(self) -> None:
        """Wait until it has ended, if it was started."""
        if self._thread.ident is not None:
            await self._ended.wait()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            # Without its loop nobody waits.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended.set)
