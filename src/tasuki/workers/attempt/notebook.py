"""What an attempt has to say, until it is sent."""

import threading
from collections import deque

LONGEST_LINE = 8_192
"""Longer log lines are cut, in characters."""
MOST_BYTES = 256 * 1_024
"""How much of one attempt's log waits to be sent; the oldest lines make room."""
LINE_BYTES = 50
"""What a line takes besides its text."""


class Notebook:
    """Takes progress and log lines from any thread, within bounds."""

    __slots__ = ("_bytes", "_dropped", "_lines", "_lock", "_progress")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines = deque[tuple[str, int]]()
        self._bytes = 0
        self._dropped = 0
        self._progress: str | None = None

    def add_line(self, line: str) -> None:
        """Take a log line."""
        line = line[:LONGEST_LINE]
        size = LINE_BYTES + len(line if line.isascii() else line.encode())
        with self._lock:
            self._lines.append((line, size))
            self._bytes += size
            while self._bytes > MOST_BYTES:
                self._bytes -= self._lines.popleft()[1]
                self._dropped += 1

    def set_progress(self, progress: str) -> None:
        """Take the progress, as JSON text, in place of the one before."""
        self._progress = progress

    def take(self) -> tuple[str | None, list[str]]:
        """The progress and the lines since the last time. Lines that were dropped are told of."""
        with self._lock:
            lines = [line for line, _ in self._lines]
            if self._dropped:
                lines.insert(0, f"({self._dropped} lines came too fast and were dropped here)")
            self._lines.clear()
            self._bytes = self._dropped = 0
            progress, self._progress = self._progress, None
        return progress, lines
