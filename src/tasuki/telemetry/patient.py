"""Writing lines without ever waiting for whoever reads them."""

import os
import threading
import weakref
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TextIO

from tasuki.telemetry.outlet import Outlet

MOST_BYTES = 4 * 2**20
"""How much waits for a reader that has stopped. What comes beyond that is dropped and counted."""
LINE_BYTES = 100
"""What a line takes besides its text."""
PIECE = 64 * 1024
"""How much is written at once."""
FLUSH_SECONDS = 1.0
"""How long the end of a program waits for its lines to be read."""


class PatientStream:
    """Writes lines at once where they are taken at once, and else from a thread of its own.

    The thread begins with the first line that has to wait. A child that was forked has none: it
    begins anew, and what waited in its parent stays there. `tell_dropped` makes the line that
    says how many were dropped, as soon as lines are read again.

    Calls must not overlap, as those of a handler for logging do not.
    """

    def __init__(self, stream: TextIO, tell_dropped: Callable[[int], str]) -> None:
        self._outlet = Outlet(stream)
        self._tell_dropped = tell_dropped
        self.begin_anew()
        myself = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _after_fork(myself()))

    def write(self, line: str) -> None:
        """Write a line, or put it where the thread finds it."""
        data = f"{line}\n".encode(errors="backslashreplace")
        waiting = self._queued - self._written
        if not waiting:
            try:
                data = data[self._outlet.offer(data) :]
            except OSError:
                return  # there is nobody left to tell
            if not data:
                return
        size = len(data) + LINE_BYTES
        if waiting and waiting + size > MOST_BYTES:
            self._dropped += 1
            return
        self._queued += size
        self._queue.put(data)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="tasuki-log", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Wait until all is written, but not for long."""
        if self._queued > self._written:
            reached = threading.Event()
            self._queue.put(reached)
            reached.wait(FLUSH_SECONDS)

    def close(self) -> None:
        """Let go of the stream. What still waits is written if somebody reads it."""
        if self._queued == self._written:
            self._outlet.close()

    def begin_anew(self) -> None:
        """Forget what waits and who writes it, as a child does: they are its parent's."""
        self._queue: SimpleQueue[bytes | threading.Event] = SimpleQueue()
        self._thread: threading.Thread | None = None
        # Each is changed by one side alone, the last two by the thread: no lock is needed, which
        # a signal handler that logs could find taken.
        self._queued = self._dropped = 0
        self._written = self._told = 0

    def _work(self) -> None:
        while True:
            data, size, reached = self._next()
            self._put(data)
            dropped = self._dropped
            if dropped > self._told:
                self._put(f"{self._tell_dropped(dropped - self._told)}\n".encode())
                self._told = dropped
            self._written += size
            for event in reached:
                event.set()

    def _next(self) -> tuple[bytes, int, list[threading.Event]]:
        """Wait for lines: their bytes, how much that makes, and who waits for their end."""
        lines: list[bytes] = []
        reached: list[threading.Event] = []
        size, item = 0, self._queue.get()
        while True:
            if isinstance(item, bytes):
                lines.append(item)
                size += len(item) + LINE_BYTES
            else:
                reached.append(item)
            if size >= PIECE:
                break
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
        return b"".join(lines), size, reached

    def _put(self, data: bytes) -> None:
        try:
            self._outlet.write(data)
        except OSError:
            return  # there is nobody left to tell


def _after_fork(stream: PatientStream | None) -> None:
    if stream is not None:
        stream.begin_anew()
