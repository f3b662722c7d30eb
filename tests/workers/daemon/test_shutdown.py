"""How a daemon ends, and what becomes of the jobs that run then."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tasuki.model.state import State
from tests.support import eventually
from tests.workers.daemon.host import Host, is_gone
from tests.workers.desk import Desk

SUPERVISOR = """
import asyncio, sys
import msgspec
import pytest
from tasuki.workers.daemon import Daemon, DaemonOptions
from tasuki.workers.process.protocol import RunnerConfig

async def main():
    config = msgspec.json.decode(sys.argv[1], type=RunnerConfig)
    daemon = Daemon(DaemonOptions(config=config))
    await daemon.start()
    await daemon.run()

asyncio.run(main())
"""


async def test_stopping_waits_for_the_running_job_and_begins_no_other(
    host: Host, desk: Desk, tmp_path: Path
):
    file = tmp_path / "end"
    async with host.running(host.options()) as daemon:
        running, waiting = await desk.submit_many(2, "solo", {"do": "until", "file": str(file)})
        await desk.comes_to(running, State.ACTIVE)
        stopping = asyncio.create_task(daemon.stop())
        await eventually(host.is_stopping)
        # Without a slot free the runner would not begin the other one anyway.
        quick = await desk.submit("act", {"do": "nothing"})
        file.touch()
        await stopping
        await daemon.run()
        assert (await desk.reader.job(running)).state is State.COMPLETED
        assert (await desk.reader.job(waiting)).state is State.WAITING
        assert (await desk.reader.job(quick)).state in (State.WAITING, State.COMPLETED)
        assert await desk.reader.runners() == []


async def test_after_the_grace_a_job_is_released_untouched(host: Host, desk: Desk):
    async with host.running(host.options(grace=0.1)) as daemon:
        id = await desk.submit("act", {"do": "hold"})
        await desk.comes_to(id, State.ACTIVE)
        await daemon.stop()
        job = await desk.reader.job(id)
        assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)


async def test_the_second_order_ends_the_grace(
    host: Host, desk: Desk, caplog: pytest.LogCaptureFixture
):
    async with host.running(host.options(grace=600)) as daemon:
        id = await desk.submit("act", {"do": "hold"})
        await desk.comes_to(id, State.ACTIVE)
        stopping = asyncio.create_task(daemon.stop())
        await daemon.stop_now()
        await stopping
        assert "was killed" not in caplog.text
        job = await desk.reader.job(id)
        assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)


async def test_a_runner_that_must_be_killed_has_its_jobs_released(
    host: Host, desk: Desk, tmp_path: Path
):
    mark = tmp_path / "mark"
    async with host.running(host.options(lease=60)) as daemon:
        id = await desk.submit("act", {"do": "block", "seconds": 60, "mark": str(mark)})
        await eventually(mark.exists, seconds=10)
        await daemon.stop_now()
        job = await desk.reader.job(id)
        assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)


async def test_a_runner_that_has_hardly_begun_ends_too(host: Host):
    async with host.running(host.options()) as daemon:
        await daemon.stop()


async def test_ctrl_c_does_not_reach_the_runners(host: Host):
    async with host.running(host.options()):
        [pid] = (await host.pids()).values()
        assert os.getpgid(pid) == os.getsid(pid) == pid


async def test_runners_end_by_themselves_when_their_supervisor_is_killed(host: Host, desk: Desk):
    config = msgspec.json.encode(host.options(grace=0.1).config).decode()
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, config])
    try:
        id = await desk.submit("act", {"do": "hold"})
        await desk.comes_to(id, State.ACTIVE, seconds=10)
        [pid] = (await host.pids()).values()
    finally:
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
    job = await desk.comes_to(id, State.WAITING)
    assert (job.attempts.made, job.crashes) == (0, 0)
    await eventually(lambda: is_gone(pid))
