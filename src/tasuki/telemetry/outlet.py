"""Where lines go: a descriptor that may have a slow reader, or none."""

import os
import select
import stat
from contextlib import suppress
from io import UnsupportedOperation
from typing import TextIO


class Outlet:
    """Writes bytes to a stream, past its buffers, so that nothing of it is held by a lock.

    `offer` never waits: a pipe or a terminal whose reader has stopped takes nothing. `write` waits
    for as long as it takes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._fd = _descriptor(stream)
        self._quick = -1 if self._fd is None else _quick(self._fd)

    def offer(self, data: bytes) -> int:
        """How many of the bytes have been taken at once.

        Raises:
            OSError: nothing can be written there any more.
        """
        if self._fd is None:
            self._stream.write(data.decode())
            return len(data)
        if self._quick < 0:
            return 0
        try:
            return os.write(self._quick, data)
        except BlockingIOError:
            return 0

    def write(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            OSError: nothing can be written there any more.
        """
        if self._fd is None:
            self._stream.write(data.decode())
            return
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._fd, left) :]
            except BlockingIOError:
                # Others may have made a shared descriptor one that does not wait.
                select.select([], [self._fd], [])

    def close(self) -> None:
        """Let go of what was opened here."""
        if self._quick not in {-1, self._fd}:
            os.close(self._quick)
        self._quick = -1


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (UnsupportedOperation, AttributeError, ValueError):
        return None


def _quick(fd: int) -> int:
    """A descriptor for the same place that never waits; -1 if there can be none.

    The one at hand is shared with other processes, and must stay as they know it.
    """
    with suppress(OSError):
        mode = os.fstat(fd).st_mode
        if stat.S_ISREG(mode):
            return fd
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
            flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            return os.open(f"/proc/self/fd/{fd}", flags)
    return -1
