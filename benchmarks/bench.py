"""What a measurement works with: the store, the ledger, the sides, the sizes, the rounds."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.harness import Rounds
from benchmarks.ledger import Ledger
from benchmarks.sides import Side, SideError
from benchmarks.sizes import Sizes
from benchmarks.store import Store

_LOOK_AGAIN = 0.005
"""Seconds between two looks at a drain: rare enough to leave the cores to those who work."""

_NO_PROGRESS = 30.0
"""Seconds without one more job started after which a drain has failed."""


@dataclass(frozen=True, slots=True)
class Bench:
    sizes: Sizes
    store: Store
    ledger: Ledger
    sides: Mapping[str, Side]
    rounds: Rounds

    def clear(self) -> None:
        """An empty store and an empty ledger."""
        self.store.clear()
        self.ledger.clear()

    def await_starts(self, count: int, side: Side, worker: subprocess.Popen[bytes]) -> None:
        """Waits until jobs 0 to `count` have started, while the worker lives and gets on."""
        last, deadline = -1, time.monotonic() + _NO_PROGRESS
        for n in self.ledger.unstarted(count):
            if n != last:
                last, deadline = n, time.monotonic() + _NO_PROGRESS
            self._check(side, worker, deadline, f"job {n} of {count} did not start")
            time.sleep(_LOOK_AGAIN)

    def await_settled(self, side: Side, worker: subprocess.Popen[bytes]) -> None:
        """Waits until the side has no job left that waits or runs."""
        deadline = time.monotonic() + _NO_PROGRESS
        while left := side.call("pending"):
            self._check(side, worker, deadline, f"{left} jobs were not settled")
            time.sleep(_LOOK_AGAIN)

    @staticmethod
    def _check(side: Side, worker: subprocess.Popen[bytes], deadline: float, what: str) -> None:
        if failure := side.failure_of(worker):
            raise failure
        if time.monotonic() > deadline:
            raise SideError(f"{side.name}: {what} within {_NO_PROGRESS:.0f} s")
