"""Runners that do not beat: blocked ones keep their lease, suspended ones lose it."""

import os
import signal
from pathlib import Path

import pytest

from tasuki.model.state import State
from tasuki.workers.daemon import renewal
from tests.support import eventually
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk


async def test_a_job_that_blocks_its_whole_process_is_run_once(
    host: Host, desk: Desk, tmp_path: Path
):
    mark = tmp_path / "mark"
    # The other runner would take the job over if the lease ran out.
    async with host.running(host.options(processes=2, lease=1)):
        await host.pids(2)
        id = await desk.submit("act", {"do": "block", "seconds": 2.5, "mark": str(mark)})
        job = await desk.comes_to(id, State.COMPLETED, seconds=15)
        assert (job.attempts.made, job.crashes) == (1, 0)
        assert mark.read_text() == "started\n"


async def test_a_suspended_runner_loses_its_jobs_and_comes_back(host: Host, desk: Desk):
    async with host.running(host.options(lease=1)):
        id = await desk.submit("act", {"do": "hold"})
        job = await desk.comes_to(id, State.ACTIVE)
        [pid] = (await host.pids()).values()
        os.kill(pid, signal.SIGSTOP)
        try:

            async def taken_back() -> bool:
                await host.store.maintenance().reap()
                return (await desk.reader.job(id)).state is State.WAITING

            await eventually(taken_back)
        finally:
            os.kill(pid, signal.SIGCONT)
        again = await desk.comes_to(id, State.ACTIVE)
        assert again.runner != job.runner
        # Nobody saw a process die, so nothing is suspected.
        assert list((await host.pids()).values()) == [pid]


async def test_a_job_that_blocks_beyond_its_timeout_is_killed(
    host: Host, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(renewal, "OVERTIME_SECONDS", 0.5)
    async with host.running(host.options(lease=1, max_crashes=1)):
        id = await desk.submit("act", {"do": "block", "seconds": 60}, timeout=1)
        job = await desk.comes_to(id, State.FAILED, seconds=10)
        assert job.reason == "crashed"
        assert job.error
        assert job.error.message == "ran past its timeout and blocked its process"


async def test_a_job_without_timeout_may_block_for_as_long_as_it_likes(
    host: Host, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(renewal, "OVERTIME_SECONDS", 0.2)
    async with host.running(host.options(lease=1, max_crashes=1)):
        # What the supervisor has heard last must not be about this job, which is over.
        short = await desk.submit("act", {"do": "nothing"}, timeout=0.01)
        await desk.comes_to(short, State.COMPLETED)
        long = await desk.submit("act", {"do": "block", "seconds": 2.5})
        job = await desk.comes_to(long, State.COMPLETED, seconds=10)
        assert (job.attempts.made, job.crashes) == (1, 0)
