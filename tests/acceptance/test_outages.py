"""The store goes away and comes back, in every way it can."""

import time
from collections.abc import Callable

import pytest

from tasuki.model.state import State
from tests.acceptance.world import LEASE, Journal, RunnerProcess, StoreProcess, pause
from tests.support import eventually
from tests.workers.desk import Desk

pytestmark = pytest.mark.acceptance

Start = Callable[..., RunnerProcess]


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_no_live_job_is_run_again_after_an_outage_longer_than_the_lease(
    own_store: StoreProcess,
    own_desk: Desk,
    start_runner: Start,
    journal: Journal,
    fault: str,
) -> None:
    start_runner()
    start_runner()
    ids = await own_desk.submit_many(100, "long", {"seconds": 2.5 * LEASE})
    await eventually(lambda: len(journal.starts) == 100)
    if fault == "killed":
        await own_store.kill()
        await pause(2 * LEASE)
        await own_store.start()
    else:
        own_store.freeze()
        await pause(2 * LEASE)
        own_store.thaw()
    back = time.monotonic()
    late = await own_desk.submit_many(20, "short")
    await own_desk.all_come_to(late, State.COMPLETED)
    assert time.monotonic() - back < 5, "the runners did not take up work soon after the outage"
    await own_desk.all_come_to(ids, State.COMPLETED, 10)
    assert {journal.starts[id] for id in ids} == {1}


async def test_jobs_of_a_runner_that_died_during_the_outage_are_taken_back(
    own_store: StoreProcess, own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    victim = start_runner()
    [id] = await own_desk.submit_many(1, "long", {"seconds": 1})
    await eventually(lambda: journal.starts[id] == 1)
    start_runner()
    await own_store.kill()
    victim.close()
    await pause(1.5 * LEASE)
    await own_store.start()
    back = time.monotonic()
    await eventually(lambda: journal.starts[id] == 2, 3 * LEASE + 3)
    assert time.monotonic() - back < 2 * LEASE + 1.5
    await own_desk.comes_to(id, State.COMPLETED)


async def test_every_acknowledged_job_survives_a_kill_of_the_store(
    own_store: StoreProcess, own_desk: Desk
) -> None:
    acknowledged: list[int] = []
    for _ in range(5):
        for _ in range(20):
            acknowledged += await own_desk.submit_many(10, "short")
        await own_store.kill()
        await own_store.start()
    jobs = await own_desk.reader.jobs(acknowledged)
    assert [job.id for job in jobs] == acknowledged
    assert {job.state for job in jobs} == {State.WAITING}
