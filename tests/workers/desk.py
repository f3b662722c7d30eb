"""A desk for tests of the runner: enqueue jobs, run workers, see what becomes of the jobs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tasuki.model.job import JobInfo, NewJob
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.lease import Lease
from tasuki.store.messages import Report
from tasuki.store.producer import Submission
from tasuki.store.store import Store
from tasuki.wire.payload import encode
from tasuki.workers.registry import Registry
from tasuki.workers.runner.runner import Runner
from tasuki.workers.watcher import Unwatched, Watcher
from tests.support import eventually


class Seen(Unwatched):
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.identities: list[str] = []
        self.retired: list[str] = []
        self.blocks: list[str] = []

    def registered(self, identity: str) -> None:
        self.identities.append(identity)

    def retire(self, reason: str) -> None:
        self.retired.append(reason)

    def blocked(self, ref: str) -> None:
        self.blocks.append(ref)


class Desk:
    """Submits to a store and looks at the jobs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.reader = store.reader()
        self.operator = store.operator()
        self._producer = store.producer()

    async def submit(self, type: str, data: Any = None, **options: Any) -> int:
        ids = await self.submit_many(1, type, data, **options)
        return ids[0]

    async def submit_many(self, n: int, type: str, data: Any = None, **options: Any) -> list[int]:
        raw = encode({} if data is None else data)
        jobs = [NewJob(type=type, data=raw, **options) for _ in range(n)]
        [ids] = await self._producer.enqueue([Submission(jobs)])
        assert isinstance(ids, list)
        return ids

    async def claim(self, lease: Lease, type: str, number: int) -> None:
        """Claim as a runner does that is not there."""
        await lease.exchange(Report(), [(type, number)], rung=[])

    async def comes_to(self, id: int, state: State, seconds: float = 5) -> JobInfo:
        """Wait until the job is in this state, and give it."""

        async def found() -> JobInfo | None:
            info = await self.reader.job(id)
            return info if info.state is state else None

        info = await eventually(found, seconds)
        assert info is not None
        return info

    async def all_come_to(self, ids: list[int], state: State, seconds: float = 10) -> None:
        async def reached() -> bool:
            infos = await self.reader.jobs(ids)
            return len(infos) == len(ids) and all(info.state is state for info in infos)

        await eventually(reached, seconds)


@asynccontextmanager
async def running(
    store: Store,
    *workers: Any,
    terms: LeaseTerms | None = None,
    grace: float = 5,
    watcher: Watcher | None = None,
) -> AsyncIterator[Runner]:
    """A runner for these workers; stopped in good order afterwards."""
    runner = Runner(store, Registry.of(workers), terms, watcher=watcher)
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        if not task.done():
            await runner.stop(grace)
        await task
