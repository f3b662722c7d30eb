"""A worker that runs inside a program of the user's own."""

import asyncio

from tasuki.model.errors import AppError
from tasuki.store.store import Store
from tasuki.workers.registry import Registry
from tasuki.workers.runner import Runner
from tasuki.workers.spec import specs_of
from tasuki.workers.worker import Worker


class Subscription:
    """A runner for one worker, as a task of the program's event loop."""

    def __init__(
        self, worker: Worker, url: str | None, namespace: str, types: tuple[str, ...]
    ) -> None:
        if url is None:
            name = type(worker).__name__
            raise AppError(f'{name} does not know its store: make it with {name}("unix:///...")')
        self._store = Store(url, namespace=namespace)
        self._runner = Runner(self._store, Registry(specs_of(worker, types)))
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to run jobs."""
        self._task = asyncio.create_task(self._run(), name="tasuki-worker")

    async def close(self, grace: float) -> None:
        """Stop in good order; raises what made the runner stop earlier, if anything did."""
        if self._task is None:
            return
        if not self._task.done():
            await self._runner.stop(grace)
        await self._task

    async def _run(self) -> None:
        try:
            await self._store.check()
            await self._runner.run()
        finally:
            await self._store.close()
