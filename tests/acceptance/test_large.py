"""Jobs of the largest sizes: they are run, and hold up nobody else."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from tasuki.model.settings.limits import DATA_BYTES, MOST_BYTES
from tasuki.model.state import State
from tests.acceptance.world import StoreProcess
from tests.proxy import proxy_to
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(240)]

SLOW_LINK = 2_000_000
"""Bytes a second."""
ANSWER_SECONDS = 2.0
"""The longest that anybody waits for an answer of the store."""


class Others:
    """What those who have nothing to do with large jobs see meanwhile."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.calls = 0

    def check(self) -> None:
        """They went on all the time, and never waited for long."""
        assert self.calls > 10
        assert self.longest < ANSWER_SECONDS


@asynccontextmanager
async def others(desk: Desk) -> AsyncIterator[Others]:
    """Submits and looks, one call after the other, for as long as the block lasts."""
    seen = Others()

    async def go_on() -> None:
        while True:
            before = time.monotonic()
            [id] = await desk.submit_many(1, "other")
            await desk.reader.job(id)
            seen.longest = max(seen.longest, time.monotonic() - before)
            seen.calls += 1
            await anyio.sleep(0.01)

    async with anyio.create_task_group() as group:
        group.start_soon(go_on)
        yield seen
        group.cancel_scope.cancel()


def text_of(size: int) -> str:
    """Text whose JSON has so many bytes."""
    return "x" * (size - 2)


@pytest.fixture
def host(own_desk: Desk, own_store: StoreProcess, tmp_path: Path) -> Host:
    return Host(own_desk.store, own_store.url, "tasuki", tmp_path)


async def test_fifty_jobs_of_five_megabytes(own_desk: Desk, host: Host) -> None:
    data = {"do": "nothing", "more": text_of(5_000_000)}
    ids = [await own_desk.submit("act", data) for _ in range(50)]
    async with others(own_desk) as seen, host.running(host.options()):
        await own_desk.all_come_to(ids, State.COMPLETED, 60)
    seen.check()


async def test_jobs_of_the_largest_size_there_is(own_desk: Desk, host: Host) -> None:
    data = {"do": "nothing", "more": text_of(MOST_BYTES - 100)}
    ids = [await own_desk.submit("act", data) for _ in range(4)]
    async with others(own_desk) as seen, host.running(host.options()):
        await own_desk.all_come_to(ids, State.COMPLETED, 60)
    seen.check()


async def test_large_jobs_and_results_over_a_slow_link(
    own_desk: Desk, own_store: StoreProcess, tmp_path: Path
) -> None:
    with proxy_to(own_store.url, rate=SLOW_LINK) as slow:
        host = Host(own_desk.store, slow.url, "tasuki", tmp_path)
        data = {"do": "return", "size": DATA_BYTES, "more": text_of(DATA_BYTES - 100)}
        ids = [await own_desk.submit("act", data) for _ in range(10)]
        small = await own_desk.submit_many(50, "act", {"do": "nothing"})
        async with others(own_desk) as seen, host.running(host.options()):
            await own_desk.all_come_to(small, State.COMPLETED, 60)
            await own_desk.all_come_to(ids, State.COMPLETED, 90)
    seen.check()
    assert {job.crashes for job in await own_desk.reader.jobs(ids)} == {0}
