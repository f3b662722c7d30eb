"""A worker that runs inside a program of the user's own."""

import asyncio
import logging

from tasuki.model.errors import AppError
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.registry import Registry
from tasuki.workers.runner.runner import Runner
from tasuki.workers.spec import specs_of
from tasuki.workers.worker import Worker

log = logging.getLogger("tasuki.runner")


class Subscription:
    """A runner for one worker, as a task of the program's event loop.

    It waits for its store, at the beginning as later. What ends it for good is logged at once, and
    raised by `closed` and `close`.
    """

    def __init__(
        self, worker: Worker, url: str | None, namespace: str, types: tuple[str, ...]
    ) -> None:
        self._name = type(worker).__name__
        if url is None:
            raise AppError(
                f'{self._name} does not know its store: make it with {self._name}("unix:///...")'
            )
        self._store = Store(url, namespace=namespace)
        self._runner = Runner(self._store, Registry(specs_of(worker, types)))
        self._outage = OutageLog(log)
        self._is_there = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to run jobs."""
        self._task = asyncio.create_task(self._run(), name="tasuki-worker")

    async def closed(self) -> None:
        """Wait until it has ended. Raises what ended it, if that was not `close`."""
        if self._task is not None:
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.result()

    async def close(self, grace: float) -> None:
        """Stop in good order; raises what made the runner stop earlier, if anything did."""
        if self._task is not None and not self._task.done():
            if self._is_there:
                await self._runner.stop(grace)
            else:
                self._task.cancel()
        await self.closed()

    async def _run(self) -> None:
        try:
            await self._outage.outlast(self._store.check)
            self._is_there = True
            await self._runner.run()
        except Exception:
            log.exception("worker %s has ended, and runs no more jobs", self._name)
            raise
        finally:
            await self._store.close()
