"""Jobs that end their process, and those beside them: only the guilty pay."""

import asyncio
from pathlib import Path

import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.settings.worker import WorkerSettings
from tasuki.model.state import State
from tests.support import eventually
from tests.workers.daemon.host import Host, children_of_this_process
from tests.workers.desk import Desk


async def test_jobs_that_end_their_process_hold_up_no_others_and_nobody_else_is_blamed(
    host: Host, desk: Desk, caplog: pytest.LogCaptureFixture
):
    before = children_of_this_process()
    async with host.running(host.options(lease=60)):
        killers = await desk.submit_many(3, "act", {"do": "exit", "code": 7})
        good = await desk.submit_many(50, "act", {"do": "rest", "seconds": 0.1})
        await desk.all_come_to(good, State.COMPLETED, seconds=20)
        await desk.all_come_to(killers, State.FAILED, seconds=40)
        assert {job.crashes for job in await desk.reader.jobs(good)} == {0}
        jobs = await desk.reader.jobs(killers)
        assert {(job.reason, job.crashes) for job in jobs} == {("crashed", 3)}
        # The lane was never held up, and what ran apart is not needed any more.
        assert "runner 1 starts again" not in caplog.text
        await eventually(lambda: len(children_of_this_process() - before) == 1, seconds=10)


async def test_nothing_waits_behind_a_long_suspect(host: Host, desk: Desk, tmp_path: Path):
    file = tmp_path / "end"
    async with host.running(host.options(lease=60)):
        long = await desk.submit("act", {"do": "until", "file": str(file)})
        await desk.comes_to(long, State.ACTIVE)
        for _ in range(2):
            # The first one takes `long` along; from then on that is out of reach.
            killer = await desk.submit("act", {"do": "exit", "code": 1})
            await desk.comes_to(killer, State.FAILED, seconds=20)
        await desk.comes_to(long, State.ACTIVE, seconds=10)
        quick = await desk.submit_many(20, "act", {"do": "nothing"})
        await desk.all_come_to(quick, State.COMPLETED)
        file.touch()
        assert (await desk.comes_to(long, State.COMPLETED)).crashes == 0


async def test_suspects_that_others_have_left_are_run(host: Host, desk: Desk):
    lease = desk.store.lease()
    await lease.register({}, [("act", "{}")])
    ids = await desk.submit_many(2, "act", {"do": "nothing"})
    await desk.claim(lease, "act", 2)
    # Of another host, which is gone.
    await desk.store.maintenance().reap([lease.runner])
    async with host.running(host.options(lease=60, apart_processes=1)):
        await desk.all_come_to(ids, State.COMPLETED, seconds=15)


async def test_runners_apart_end_with_the_daemon_and_release_their_jobs(host: Host, desk: Desk):
    async with host.running(host.options(lease=60, grace=0.1)) as daemon:
        ids = await desk.submit_many(2, "act", {"do": "hold"})
        await desk.all_come_to(ids, State.ACTIVE)
        killer = await desk.submit("act", {"do": "exit", "code": 1})
        await desk.comes_to(killer, State.FAILED, seconds=20)
        await desk.all_come_to(ids, State.ACTIVE)
        await asyncio.wait_for(daemon.stop(), 15)
        jobs = await desk.reader.jobs(ids)
        assert {(job.state, job.crashes) for job in jobs} == {(State.WAITING, 0)}


@pytest.mark.parametrize("number", [0, 65])
def test_a_number_of_processes_apart_out_of_range_is_refused(number: int):
    with pytest.raises(InvalidError, match="apart_processes: must be a whole number from 1 to 64"):
        WorkerSettings(apart_processes=number)
