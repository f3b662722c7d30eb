"""What becomes of the jobs of a runner that dies."""

import os
import signal
from pathlib import Path

from tasuki.model.state import State
from tests.support import eventually
from tests.workers.daemon.host import Host, is_gone
from tests.workers.desk import Desk


async def test_the_jobs_of_a_killed_runner_are_back_within_a_second(
    host: Host, desk: Desk, tmp_path: Path
):
    mark = tmp_path / "mark"
    async with host.running(host.options(lease=60)):
        ids = await desk.submit_many(5, "act", {"do": "hold", "mark": str(mark)})
        await eventually(lambda: mark.exists() and mark.read_text().count("started") == 5)
        [(first, pid)] = (await host.pids()).items()

        os.kill(pid, signal.SIGKILL)

        async def taken_back() -> bool:
            jobs = await desk.reader.jobs(ids)
            return all(job.runner != first for job in jobs)

        await eventually(taken_back, seconds=1)
        await desk.all_come_to(ids, State.ACTIVE, seconds=20)
        jobs = await desk.reader.jobs(ids)
        # Any of them may have done it, so none is blamed, and each runs in a process of its own.
        assert {(job.attempts.made, job.crashes) for job in jobs} == {(1, 0)}
        assert len({job.runner for job in jobs}) == 5


async def test_a_job_that_kills_its_process_is_stopped(host: Host, desk: Desk):
    async with host.running(host.options(lease=60, max_crashes=3)):
        id = await desk.submit("solo", {"do": "kill"})
        job = await desk.comes_to(id, State.FAILED, seconds=15)
        assert (job.reason, job.crashes, job.attempts.made) == ("crashed", 3, 0)
        assert job.error
        assert job.error.type == "Crashed"
        assert job.error.message == "its process was killed by signal 9 (SIGKILL)"
        after = await desk.submit("solo", {"do": "nothing"})
        await desk.comes_to(after, State.COMPLETED)


async def test_a_job_that_exits_is_a_crash_even_with_code_0(host: Host, desk: Desk):
    async with host.running(host.options(lease=60, max_crashes=1)):
        for code in (7, 0, 3):
            id = await desk.submit("solo", {"do": "exit", "code": code})
            job = await desk.comes_to(id, State.FAILED)
            assert job.error
            assert job.error.message == f"its process exited with code {code}"


async def test_a_job_that_ends_its_process_after_its_own_end_is_found_out(host: Host, desk: Desk):
    async with host.running(host.options(lease=60, max_crashes=2)):
        id = await desk.submit("act", {"do": "exit late"})
        beside = await desk.submit("act", {"do": "nothing"})
        job = await desk.comes_to(id, State.FAILED, seconds=15)
        assert (job.reason, job.crashes) == ("crashed", 2)
        assert (await desk.comes_to(beside, State.COMPLETED)).crashes == 0


async def test_other_runners_are_not_touched(host: Host, desk: Desk):
    async with host.running(host.options(lease=60, processes=2)):
        before = await host.pids(2)
        ids = await desk.submit_many(20, "solo", {"do": "hold"})

        async def both_busy() -> bool:
            return len({job.runner for job in await desk.reader.jobs(ids) if job.runner}) == 2

        await eventually(both_busy)
        dead, alive = before
        kept = [job.id for job in await desk.reader.jobs(ids) if job.runner == alive]

        os.kill(before[dead], signal.SIGKILL)

        async def replaced() -> bool:
            return dead not in await host.pids(2)

        await eventually(replaced)
        jobs = await desk.reader.jobs(kept)
        assert [(job.state, job.runner, job.crashes) for job in jobs] == [
            (State.ACTIVE, alive, 0) for _ in kept
        ]


async def test_what_a_dead_runner_has_started_dies_too(host: Host, desk: Desk, tmp_path: Path):
    async with host.running(host.options(lease=60, max_crashes=1)):
        file = tmp_path / "pid"
        await desk.submit("act", {"do": "spawn", "file": str(file)})
        child = await eventually(lambda: file.exists() and file.read_text())
        [pid] = (await host.pids()).values()
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: is_gone(int(child)))


async def test_a_runner_that_is_ended_by_hand_is_replaced_at_once(
    host: Host, desk: Desk, tmp_path: Path
):
    file = tmp_path / "end"
    async with host.running(host.options(lease=60)):
        slow = await desk.submit("solo", {"do": "until", "file": str(file)})
        await desk.comes_to(slow, State.ACTIVE)
        [pid] = (await host.pids()).values()
        os.kill(pid, signal.SIGTERM)
        # The next one is there while this one still waits for its job.
        id = await desk.submit("solo", {"do": "nothing"})
        assert (await desk.comes_to(id, State.COMPLETED, seconds=10)).crashes == 0
        assert not is_gone(pid)
        file.touch()
        await desk.comes_to(slow, State.COMPLETED)
        await eventually(lambda: is_gone(pid))


async def test_a_job_that_makes_its_runner_end_is_not_run_for_ever(host: Host, desk: Desk):
    async with host.running(host.options(lease=60, grace=0.2, max_crashes=2)):
        id = await desk.submit("act", {"do": "terminate"})
        job = await desk.comes_to(id, State.FAILED, seconds=20)
        assert (job.reason, job.crashes, job.attempts.made) == ("crashed", 2, 0)


async def test_a_job_that_reads_standard_input_finds_it_empty(host: Host, desk: Desk):
    async with host.running(host.options()):
        id = await desk.submit("act", {"do": "read"})
        job = await desk.comes_to(id, State.COMPLETED)
        assert bytes(job.result or b"") == b'""'
