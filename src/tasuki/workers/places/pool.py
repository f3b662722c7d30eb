"""Threads that are made when they are needed, and go on to the next work."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger("tasuki.runner")

THREAD_NAME = "tasuki-job"
MOST_THREADS = 1_000
HIRE_SECONDS = 1.0
"""How long it takes to the next try when the system gives no thread."""

Work = Callable[[], None]


class ThreadPool:
    """Threads for all types of jobs. Those that hang do not keep the process from ending."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loops_thread = threading.get_ident()
        self._waiting = queue.SimpleQueue[Work | None]()
        self._idle = threading.Semaphore(0)
        self._threads = 0
        self._hiring: asyncio.TimerHandle | None = None

    def do(self, work: Work) -> None:
        """Let the next free thread do it; to be called in any thread. It must not raise."""
        self._waiting.put(work)
        # A thread that waits for work counts itself in; who gives it work counts it out.
        if self._idle.acquire(blocking=False):
            return
        if threading.get_ident() == self._loops_thread:
            self._hire()
        else:
            # A loop that has closed hires nobody: the runner left, and released what waits.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._hire)

    def close(self) -> None:
        """Let the idle threads end, and the others when they have come to an end."""
        if self._hiring is not None:
            self._hiring.cancel()
        for _ in range(self._threads):
            self._waiting.put(None)

    def _hire(self) -> None:
        self._hiring = None
        if self._threads >= MOST_THREADS or self._waiting.empty():
            return
        thread = threading.Thread(
            target=self._work, name=f"{THREAD_NAME}-{self._threads}", daemon=True
        )
        try:
            thread.start()
        except (RuntimeError, MemoryError) as error:
            log.warning("no thread for a job, trying again: %s", error)
            self._hiring = self._loop.call_later(HIRE_SECONDS, self._hire)
        else:
            self._threads += 1

    def _work(self) -> None:
        while True:
            try:
                work = self._waiting.get_nowait()
            except queue.Empty:
                self._idle.release()
                work = self._waiting.get()
            if work is None:
                return
            work()
