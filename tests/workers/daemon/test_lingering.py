"""What does not end of itself is ended, and holds nothing up."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from tasuki.model.state import State
from tasuki.workers.daemon import following
from tests.support import eventually
from tests.workers.daemon.host import APP, Host, is_gone
from tests.workers.desk import Desk

LINGERING_THREAD = """
import threading
threading.Thread(target=threading.Event().wait, name="exporter").start()
"""

BLOCKING_EXECUTOR = """
import asyncio, threading
from tasuki import Worker
class Held(Worker):
    type = "held"
    async def setup(self):
        asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)
    async def process(self, job): ...
"""

SETUP = """
import asyncio, pathlib, time
from tasuki import Worker
class Slow(Worker):
    type = "slow"
    async def setup(self):
        pathlib.Path({mark!r}).touch()
        {hang}
    async def process(self, job): ...
"""

TEARDOWN = """
import asyncio, time
from tasuki import Worker
class Slow(Worker):
    type = "slow"
    async def teardown(self):
        {hang}
    async def process(self, job): ...
"""

LOADING = """
import pathlib, time
pathlib.Path({mark!r}).touch()
time.sleep(600)
"""

HANGS = ("await asyncio.Event().wait()", "time.sleep(600)")


@pytest.mark.parametrize("more", [LINGERING_THREAD, BLOCKING_EXECUTOR])
async def test_a_thread_that_goes_on_delays_no_stop(host: Host, more: str):
    host.app.write_text(APP + more)
    async with host.running(host.options()) as daemon:
        await host.pids()
        began = time.monotonic()
        await daemon.stop()
        assert time.monotonic() - began < 6


async def test_a_runner_that_has_left_is_replaced_even_if_its_process_goes_on(
    host: Host, desk: Desk
):
    host.app.write_text(APP + TEARDOWN.format(hang="await asyncio.Event().wait()"))
    async with host.running(host.options()):
        [(first, pid)] = (await host.pids()).items()
        os.kill(pid, signal.SIGTERM)

        async def has_left() -> bool:
            return first not in await host.pids(0)

        await eventually(has_left)
        id = await desk.submit("act", {"do": "nothing"})
        assert (await desk.comes_to(id, State.COMPLETED, seconds=10)).runner != first
        await eventually(lambda: is_gone(pid), seconds=15)


async def test_the_supervisor_ends_what_cannot_end_itself(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(following, "TEARDOWN_SECONDS", 0.1)
    monkeypatch.setattr(following, "LEFT_SECONDS", 0.1)
    # Nothing in the process can run any more: it has left, and keeps the GIL.
    held = "import ctypes; ctypes.PyDLL(None).usleep(600_000_000)"
    host.app.write_text(APP + TEARDOWN.format(hang=held))
    async with host.running(host.options()) as daemon:
        await host.pids()
        await daemon.stop()
        assert "had left the store, but did not end, and was killed" in caplog.text


@pytest.mark.parametrize("hang", HANGS)
async def test_a_teardown_that_hangs_is_given_seconds(host: Host, hang: str):
    host.app.write_text(TEARDOWN.format(hang=hang))
    async with host.running(host.options()) as daemon:
        await host.pids()
        began = time.monotonic()
        await daemon.stop()
        assert 4.5 < time.monotonic() - began < 10


@pytest.mark.parametrize("hang", HANGS)
async def test_a_setup_that_hangs_is_broken_off(host: Host, tmp_path: Path, hang: str):
    mark = tmp_path / "mark"
    host.app.write_text(SETUP.format(mark=str(mark), hang=hang))
    async with host.running(host.options()) as daemon:
        await eventually(mark.exists, seconds=10)
        began = time.monotonic()
        await daemon.stop()
        assert time.monotonic() - began < 4


async def test_a_runner_that_is_loading_ends_at_once(
    host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    mark = tmp_path / "mark"
    host.app.write_text(LOADING.format(mark=str(mark)))
    async with host.running(host.options()) as daemon:
        await eventually(mark.exists, seconds=10)
        began = time.monotonic()
        await daemon.stop()
        assert time.monotonic() - began < 2
        assert "killed" not in caplog.text


@pytest.mark.parametrize("app", [LOADING, SETUP.replace("{hang}", "time.sleep(600)")])
async def test_a_runner_whose_supervisor_is_gone_ends_at_any_moment(
    host: Host, tmp_path: Path, app: str
):
    mark = tmp_path / "mark"
    host.app.write_text(app.format(mark=str(mark)))
    config = msgspec.json.encode(host.options().config)
    runner = subprocess.Popen(
        [sys.executable, "-m", "tasuki.workers.main"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert runner.stdin is not None
    try:
        runner.stdin.write(config + b"\n")
        runner.stdin.flush()
        await eventually(mark.exists, seconds=10)
        runner.stdin.close()
        await eventually(lambda: runner.poll() is not None, seconds=5)
        assert runner.wait() == 0
    finally:
        runner.kill()
        runner.wait()


async def test_what_a_released_job_has_started_ends_with_its_runner(
    host: Host, desk: Desk, tmp_path: Path
):
    file = tmp_path / "pid"
    async with host.running(host.options(grace=0.1)) as daemon:
        await desk.submit("act", {"do": "spawn", "file": str(file)})
        child = await eventually(lambda: file.exists() and file.read_text(), seconds=10)
        await daemon.stop()
        await eventually(lambda: is_gone(int(child)))


async def test_a_runner_that_is_killed_while_it_ends_has_released_its_jobs(host: Host, desk: Desk):
    async with host.running(host.options(lease=60)) as daemon:
        id = await desk.submit("act", {"do": "hold"})
        await desk.comes_to(id, State.ACTIVE)
        [pid] = (await host.pids()).values()
        stopping = asyncio.create_task(daemon.stop())
        await eventually(host.is_stopping)
        os.kill(pid, signal.SIGKILL)
        await stopping
        job = await desk.reader.job(id)
        assert (job.state, job.crashes) == (State.WAITING, 0)


async def test_a_crash_while_it_ends_is_a_crash_still(host: Host, desk: Desk, tmp_path: Path):
    mark = tmp_path / "mark"
    async with host.running(host.options(lease=60)) as daemon:
        id = await desk.submit("act", {"do": "hold", "mark": str(mark)})
        await eventually(mark.exists, seconds=10)
        [pid] = (await host.pids()).values()
        stopping = asyncio.create_task(daemon.stop())
        await eventually(host.is_stopping)
        os.kill(pid, signal.SIGSEGV)
        await stopping
        assert (await desk.reader.job(id)).crashes == 1


async def test_that_a_runner_is_ending_is_known_when_nobody_is_left_to_tell(
    host: Host, desk: Desk, tmp_path: Path
):
    """The platform kills everything: supervisor and runner."""
    mark = tmp_path / "mark"
    config = msgspec.json.encode(host.options(lease=1).config)
    runner = subprocess.Popen(
        [sys.executable, "-m", "tasuki.workers.main"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert runner.stdin is not None
    try:
        runner.stdin.write(config + b"\n")
        runner.stdin.flush()
        id = await desk.submit("act", {"do": "hold", "mark": str(mark)})
        await eventually(mark.exists, seconds=10)
        runner.stdin.write(b"stop\n")
        runner.stdin.flush()
        await eventually(host.is_stopping)
    finally:
        runner.kill()
        runner.wait()
        runner.stdin.close()

    async def taken_back() -> bool:
        await desk.store.maintenance().reap()
        return (await desk.reader.job(id)).state is State.WAITING

    await eventually(taken_back)
    assert (await desk.reader.job(id)).crashes == 0
