"""Which attempts have begun and not been settled, written where it outlives the process.

When a runner dies, its supervisor reads here what it was doing: those jobs may be guilty, and no
others are.
"""

import mmap
import os
import tempfile
import threading
from typing import Self

CELL = 32
"""Bytes of a cell: a ref, and zeros up to the end. A free cell begins with a zero."""
FIRST_CELLS = 1_024


class BlackBox:
    """A shared file of cells, one for each attempt that has begun and is not settled yet.

    The supervisor makes it and hands its descriptor on; the runner opens that and writes.

    >>> box = BlackBox.create()
    >>> cell = box.begin("A7")
    >>> box.begun()
    ['A7']
    >>> box.end(cell)
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._cells = mmap.mmap(fd, os.fstat(fd).st_size)
        # The last one is taken first: so those in use stay together.
        self._free = list(range(len(self._cells) // CELL - 1, -1, -1))
        self._growing = threading.Lock()

    @classmethod
    def create(cls) -> Self:
        """A new one, in memory where the system can do that. Only `pass_fds` hands it on.

        Raises:
            OSError: there is no room for it.
        """
        if hasattr(os, "memfd_create"):
            fd = os.memfd_create("tasuki-blackbox")
        else:
            with tempfile.TemporaryFile() as file:
                fd = os.dup(file.fileno())
        try:
            os.ftruncate(fd, FIRST_CELLS * CELL)
            return cls(fd)
        except BaseException:
            os.close(fd)
            raise

    @classmethod
    def open(cls, fd: int) -> Self:
        """The one that was handed on as this descriptor, which programs started from here lack.

        A process that is forked off gets a copy of its own: what it does is not this runner's.
        """
        os.set_inheritable(fd, False)
        box = cls(fd)
        os.register_at_fork(after_in_child=box._sever)
        return box

    def begin(self, ref: str) -> int:
        """An attempt at this job begins. Gives the cell that `end` wants."""
        # Threads need no lock here: `pop` and the write into the cell are one step each.
        try:
            cell = self._free.pop()
        except IndexError:
            cell = self._grow()
        at = cell * CELL
        self._cells[at : at + CELL] = ref.encode().ljust(CELL, b"\0")
        return cell

    def end(self, cell: int) -> None:
        """The store has what the attempt came to, or is not to be told."""
        self._cells[cell * CELL] = 0
        self._free.append(cell)

    def begun(self) -> list[str]:
        """The refs of the attempts that are not settled; also after the runner's death."""
        size = os.fstat(self.fd).st_size
        data = os.pread(self.fd, size, 0)
        cells = (data[at : at + CELL] for at in range(0, len(data), CELL))
        return [cell.rstrip(b"\0").decode(errors="replace") for cell in cells if cell[0]]

    def close(self) -> None:
        """Let go of it."""
        self._cells.close()
        os.close(self.fd)

    def _grow(self) -> int:
        with self._growing:
            try:
                return self._free.pop()
            except IndexError:
                pass
            known = len(self._cells) // CELL
            os.ftruncate(self.fd, 2 * known * CELL)
            # A thread that still writes by the smaller map writes to the same memory.
            self._cells = mmap.mmap(self.fd, 2 * known * CELL)
            self._free.extend(range(2 * known - 1, known, -1))
            return known

    def _sever(self) -> None:
        copy = mmap.mmap(-1, len(self._cells))
        copy[:] = self._cells[:]
        self._cells = copy
