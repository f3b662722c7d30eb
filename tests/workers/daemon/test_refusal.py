"""Runners that cannot live: an app that cannot be loaded, a program that ends at once."""

import dataclasses
import itertools
import sys
import time
from pathlib import Path

import pytest

from tasuki.model.errors import AppError, InvalidError
from tasuki.model.settings.worker import WorkerSettings
from tasuki.model.state import State
from tasuki.workers.daemon import DaemonOptions
from tasuki.workers.daemon.restarts import RestartDelays
from tests.support import eventually
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk

BRIEF_LIFE = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{time.monotonic()}\\n")
os.write(int(os.environ["TASUKI_PIPE"]), b"this is no message\\n\\n[]\\n")
"""


def with_program(options: DaemonOptions, directory: Path, code: str) -> DaemonOptions:
    """The options, with a runner that does something else than run jobs."""
    program = directory / "runner.py"
    program.write_text(code)
    command = (sys.executable, str(program), str(directory / "starts"))
    return dataclasses.replace(options, command=command)


async def test_an_app_that_cannot_be_loaded_ends_the_daemon(host: Host):
    host.app.write_text("import lost_library\n")
    async with host.running(host.options(processes=2)) as daemon:
        with pytest.raises(AppError) as caught:
            await daemon.run()
        text = str(caught.value)
        assert "No module named 'lost_library'" in text
        assert 'jobs.py", line 1' in text
        # It has ended by itself, and stays so.
        with pytest.raises(AppError):
            await daemon.run()


FORKING = """
import os
from tasuki import worker

child = os.fork()
if child:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

@worker("tell")
def tell(job):
    return code
"""


async def test_what_an_app_forks_off_when_it_is_imported_is_no_runner(host: Host, desk: Desk):
    host.app.write_text(FORKING)
    async with host.running(host.options()):
        job = await desk.comes_to(await desk.submit("tell"), State.COMPLETED, 10)
        assert bytes(job.result or b"") == b"1"


async def test_a_name_that_is_none_is_refused_at_once(host: Host):
    options = host.options(app="jobs:")
    with pytest.raises(AppError, match="names no app"):
        async with host.running(options):
            pass


async def test_a_runner_that_dies_at_once_is_started_again_ever_later(host: Host, tmp_path: Path):
    options = with_program(host.options(), tmp_path, BRIEF_LIFE)
    starts = tmp_path / "starts"
    async with host.running(options):

        def lines() -> list[str]:
            return starts.read_text().splitlines() if starts.exists() else []

        await eventually(lambda: len(lines()) >= 4)
    gaps = [after - before for before, after in itertools.pairwise(map(float, lines()))]
    assert gaps[0] >= 0.1
    assert gaps[1] >= 0.2
    assert gaps[2] >= 0.4


async def test_a_program_that_cannot_be_started_is_tried_again(
    host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    missing = tmp_path / "missing"
    options = dataclasses.replace(host.options(), command=(str(missing),))
    async with host.running(options) as daemon:
        await eventually(lambda: caplog.text.count("runner 1 cannot be started") >= 2)
        began = time.monotonic()
        await daemon.stop()
        assert time.monotonic() - began < 1


def test_delays_double_and_begin_anew_after_a_healthy_life():
    delays = RestartDelays()
    assert [round(delays.after(1), 1) for _ in range(10)] == [
        0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0,
    ]  # fmt: skip
    assert delays.after(10) == 0.1
    assert delays.after(9.9) == 0.2


def test_what_died_by_a_job_is_back_at_once_but_does_not_spin():
    delays = RestartDelays()
    assert [delays.after(2, by_job=True) for _ in range(10)] == [0] * 10
    assert [delays.after(0.5, by_job=True) for _ in range(5)] == [0, 0, 0, 0.3, 0.3]
    assert delays.after(2, by_job=True) == 0
    # What it was before does not count any more: it could live.
    assert delays.after(1) == 0.1


@pytest.mark.parametrize("processes", [0, -1, 257])
def test_a_number_of_processes_out_of_range_is_refused(processes: int):
    with pytest.raises(InvalidError, match="processes: must be a whole number from 1 to 256"):
        WorkerSettings(processes=processes)
