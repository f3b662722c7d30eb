"""The workers of a program: set up in their order, and torn down in the other."""

import logging
from collections.abc import Iterable

from tasuki.workers.callables import finished
from tasuki.workers.worker import Worker

log = logging.getLogger("tasuki.runner")


class Setup:
    """Tears down what it has set up, and nothing else."""

    def __init__(self, workers: Iterable[Worker]) -> None:
        self._workers = workers
        self._ready: list[Worker] = []

    async def make(self) -> None:
        """Set up one after the other.

        Raises:
            Exception: what a worker's `setup` raised.
        """
        for worker in self._workers:
            await finished(worker.setup())
            self._ready.append(worker)

    async def undo(self) -> None:
        """Tear down, the last first. One that fails is logged, and keeps no other from it."""
        while self._ready:
            worker = self._ready.pop()
            try:
                await finished(worker.teardown())
            except Exception:
                log.exception("teardown of %s failed", type(worker).__name__)
