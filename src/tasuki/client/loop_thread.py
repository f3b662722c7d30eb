"""An event loop in a thread of its own, for callers that have none."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from selectors import PollSelector
from threading import Lock, Thread
from typing import Any, TypeVar

from tasuki.model.errors import StoreUnavailableError

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for other threads, which wait for their results."""

    def __init__(self) -> None:
        # An epoll or kqueue is shared with forked children: a connection that is deleted in a child
        # would take itself out of the parent's. A poll is not shared, and as good for few sockets.
        self._loop = asyncio.SelectorEventLoop(PollSelector())
        self._thread = Thread(target=self._serve, name="tasuki-client", daemon=True)
        self._lock = Lock()
        self._running: set[Future[Any]] = set()
        self._stopping = False
        self._ending: asyncio.Task[None] | None = None
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop, and give its result or raise its error.

        When the wait is interrupted, as by Ctrl-C, the coroutine is cancelled.

        Raises:
            StoreUnavailableError: the loop was stopped before the coroutine came to its end.
        """
        future = self._submit(coroutine)
        try:
            return future.result()
        except CancelledError:
            raise StoreUnavailableError("the client was closed") from None
        finally:
            future.cancel()
            self._running.discard(future)

    def stop(self) -> None:
        """Cancel what still runs, close the loop, and wait for the end of the thread."""
        with self._lock:
            self._stopping = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        # What came in too late to be started would never end.
        for future in list(self._running):
            future.cancel()

    def let_go(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """End without being waited for, after a last coroutine.

        May be called in any thread at any moment, as by the garbage collector, so it takes no lock.
        """

        async def end() -> None:
            try:
                await last()
            finally:
                self._loop.stop()

        def begin() -> None:
            self._ending = self._loop.create_task(end())

        # In a forked child there is no thread that would do it, and the pipe is the parent's.
        if self._thread.is_alive():
            with suppress(RuntimeError):  # it has just come to its end by itself
                self._loop.call_soon_threadsafe(begin)

    def _submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        with self._lock:
            if self._stopping:
                coroutine.close()
                raise StoreUnavailableError("the client was closed")
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
            self._running.add(future)
            return future

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.get_loop().run_forever()
