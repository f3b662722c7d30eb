"""A file in shared memory where processes write down when a job was called and when it started.

Two columns of 64-bit nanoseconds of CLOCK_MONOTONIC, which all processes of one machine share.
A handler marks the slot of its own job, so that two workers never write to the same place and a
job that never ran shows as a zero.
"""

import mmap
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

ENVIRONMENT = "BENCH_LEDGER"
"""Names the variable that tells a process where the ledger is."""

_WORD = 8


class Ledger:
    """Maps an existing ledger file; `create` makes one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._words = memoryview(self._map).cast("q")
        self.slots = len(self._words) // 2
        self._called = self._words[: self.slots]
        self._started = self._words[self.slots :]

    @classmethod
    def create(cls, path: Path, slots: int) -> Self:
        with path.open("wb") as file:
            file.truncate(2 * slots * _WORD)
        return cls(path)

    @classmethod
    def from_environment(cls) -> Self:
        return cls(Path(os.environ[ENVIRONMENT]))

    def call(self, n: int) -> None:
        """Marks that job `n` is about to be enqueued."""
        self._called[n] = time.monotonic_ns()

    def start(self, n: int) -> None:
        """Marks that the handler of job `n` runs."""
        self._started[n] = time.monotonic_ns()

    def has_started(self, n: int) -> bool:
        return self._started[n] != 0

    def clear(self) -> None:
        """Empties both columns."""
        self._map[:] = bytes(len(self._map))

    def started(self, count: int) -> int:
        """How many of the first `count` jobs have started."""
        return count - self._started[:count].tolist().count(0)

    def starts(self, count: int) -> list[int]:
        """When the first `count` jobs started, in order of time, without those that did not."""
        return sorted(filter(None, self._started[:count].tolist()))

    def delays(self, count: int) -> list[float]:
        """Seconds between call and start, of each of the first `count` jobs that ran."""
        pairs = zip(self._called[:count].tolist(), self._started[:count].tolist(), strict=True)
        return [(started - called) / 1e9 for called, started in pairs if called and started]

    def unstarted(self, count: int) -> Iterator[int]:
        """Jobs among the first `count` that did not start yet: the cheap way to watch a drain.

        Goes forward only. Each step looks again at one job, and passes it once it has started.
        """
        for n in range(count):
            while not self._started[n]:
                yield n
