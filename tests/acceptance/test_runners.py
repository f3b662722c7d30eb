"""Runners that are killed, frozen and told to stop."""

import signal
import time
from collections.abc import Callable

import pytest

from tasuki.model.state import State
from tests.acceptance.world import LEASE, Journal, RunnerProcess, pause
from tests.support import eventually
from tests.workers.desk import Desk

pytestmark = pytest.mark.acceptance

Start = Callable[..., RunnerProcess]

WHILE_ANOTHER_STARTS = 4
"""Seconds that a job takes which must still run when a second process has started."""


async def test_jobs_of_a_killed_runner_run_again_within_the_lease_and_a_second(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    victim = start_runner()
    ids = await own_desk.submit_many(100, "long", {"seconds": WHILE_ANOTHER_STARTS})
    await eventually(lambda: len(journal.starts) == 100)
    start_runner()
    await eventually_registered(own_desk, 2)
    victim.send(signal.SIGKILL)
    killed = time.monotonic()
    await eventually(lambda: all(journal.starts[id] == 2 for id in ids), LEASE + 5)
    # The lease may have been renewed just before, and upkeep runs once a second.
    assert time.monotonic() - killed < LEASE + 1.5
    await own_desk.all_come_to(ids, State.COMPLETED, 20)
    jobs = await own_desk.reader.jobs(ids)
    # Nobody saw it die, and it was no job that did it.
    assert {(job.crashes, job.attempts.made) for job in jobs} == {(0, 1)}


async def eventually_registered(desk: Desk, number: int) -> None:
    async def registered() -> bool:
        return len(await desk.reader.runners()) == number

    await eventually(registered, 10)


async def test_a_frozen_runner_loses_its_jobs_and_cannot_settle_them_later(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    frozen = start_runner()
    ids = await own_desk.submit_many(20, "long", {"seconds": WHILE_ANOTHER_STARTS})
    await eventually(lambda: len(journal.starts) == 20)
    start_runner()
    await eventually_registered(own_desk, 2)
    frozen.send(signal.SIGSTOP)
    await eventually(lambda: all(journal.starts[id] == 2 for id in ids), LEASE + 5)
    await own_desk.all_come_to(ids, State.COMPLETED, 20)
    before = await own_desk.reader.jobs(ids)
    frozen.send(signal.SIGCONT)
    # It comes back under a new name; what it has to say of its old jobs is refused.
    await eventually_registered(own_desk, 2)
    assert await own_desk.reader.jobs(ids) == before
    late = await own_desk.submit_many(50, "short")
    await own_desk.all_come_to(late, State.COMPLETED, 10)


async def test_a_runner_told_to_stop_finishes_its_jobs_and_leaves(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    runner = start_runner(grace=10.0)
    ids = await own_desk.submit_many(20, "long", {"seconds": 1})
    await eventually(lambda: len(journal.starts) == 20)
    runner.order("stop")
    assert await runner.ends() == 0
    jobs = await own_desk.reader.jobs(ids)
    assert {job.state for job in jobs} == {State.COMPLETED}
    assert await own_desk.reader.runners() == []


async def test_what_is_not_done_in_time_is_handed_back_and_taken_up_at_once(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    runner = start_runner(grace=0.3)
    [id] = await own_desk.submit_many(1, "long", {"seconds": WHILE_ANOTHER_STARTS})
    await eventually(lambda: journal.starts[id] == 1)
    start_runner()
    await eventually_registered(own_desk, 2)
    runner.order("stop")
    assert await runner.ends() == 0
    ended = time.monotonic()
    await eventually(lambda: journal.starts[id] == 2, 3)
    assert time.monotonic() - ended < 1
    job = await own_desk.comes_to(id, State.COMPLETED, 10)
    assert (job.attempts.made, job.crashes) == (1, 0)


async def test_a_thread_that_cannot_be_stopped_does_not_hold_up_the_end(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    runner = start_runner(grace=0.2)
    [id] = await own_desk.submit_many(1, "stuck")
    await eventually(lambda: journal.starts[id] == 1)
    runner.order("stop")
    assert await runner.ends(5) == 0
    job = await own_desk.reader.job(id)
    assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)


async def test_the_order_to_hurry_ends_it_now(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    runner = start_runner(grace=60.0)
    [id] = await own_desk.submit_many(1, "long", {"seconds": 60})
    await eventually(lambda: journal.starts[id] == 1)
    runner.order("stop")

    async def stopping() -> bool:
        # A runner that stops claims nothing more.
        [late] = await own_desk.submit_many(1, "short")
        await pause(0.1)
        return (await own_desk.reader.job(late)).state is State.WAITING

    await eventually(stopping)
    runner.order("hurry")
    assert await runner.ends(5) == 0
    job = await own_desk.reader.job(id)
    assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)


async def test_a_long_job_keeps_its_lease(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    start_runner()
    start_runner()
    calm = await own_desk.submit("long", {"seconds": 3 * LEASE})
    blocking = await own_desk.submit("busy", {"seconds": 3 * LEASE})
    await own_desk.all_come_to([calm, blocking], State.COMPLETED, 6 * LEASE)
    assert journal.starts == {calm: 1, blocking: 1}


async def test_a_job_that_kills_its_process_is_stopped_and_its_neighbours_are_not_blamed(
    own_desk: Desk, start_runner: Start, journal: Journal
) -> None:
    neighbours = await own_desk.submit_many(10, "deadly", {})
    killer = await own_desk.submit("deadly", {"kill": True})
    neighbours += await own_desk.submit_many(10, "deadly", {})
    # The first death takes all of them along; then they run apart, and the killer dies alone.
    for apart in (False, True, True, True):
        runner = start_runner(apart=apart)
        assert await runner.ends(30) == -signal.SIGKILL
        [lost] = await own_desk.reader.runners()
        await own_desk.store.maintenance().reap([lost.id])
    job = await own_desk.reader.job(killer)
    assert (job.state, job.reason, job.crashes) == (State.FAILED, "crashed", 3)
    assert journal.starts[killer] == 4
    start_runner(apart=True)
    await own_desk.all_come_to(neighbours, State.COMPLETED, 30)
    assert {job.crashes for job in await own_desk.reader.jobs(neighbours)} == {0}
