"""Whatever a handler does, only its own job pays: in a runner process, beside a neighbour."""

import json
from pathlib import Path
from typing import Any

import pytest

from tasuki import State
from tasuki.model.settings.limits import RESULT_BYTES
from tasuki.store.store import Store
from tests.support import eventually
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(120)]

APP = r"""
import asyncio
import inspect
import multiprocessing
import os
import threading
import time
from pathlib import Path

from tasuki import Cancel, Fail, Retry, Snooze, Worker

ODD = os.fsdecode(b"caf\xe9.txt")


class Mute(Exception):
    def __repr__(self):
        raise self

    __str__ = __repr__


class Bare(Retry):
    def __init__(self):
        pass


def overflow():
    return overflow()


def fork_and_terminate():
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(30,))
    child.start()
    child.terminate()
    child.join()
    return child.exitcode


def fork_and_come_out():
    pid = os.fork()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else "the child"


def take_all_files():
    taken = []
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        return "all"
    finally:
        for fd in taken:
            os.close(fd)


def delete_the_job(job):
    for name in type(job).__slots__:
        delattr(job, name)


def leave_a_thread(job):
    def speak():
        for number in range(200):
            job.log("line %d", number)
            job.progress(number)
            time.sleep(0.001)

    threading.Thread(target=speak, daemon=True).start()


class Round(ExceptionGroup):
    exceptions = property(lambda self: (self,))


def throw(error):
    raise error


DEEDS = {
    "log odd": lambda job: job.log(ODD),
    "log odd argument": lambda job: job.log("%s", ODD),
    "log nul": lambda job: job.log("a\0b"),
    "log bad arguments": lambda job: job.log("%d of %d", "x"),
    "log much": lambda job: [job.log("x" * 10_000) for _ in range(1_000)] and None,
    "progress odd": lambda job: job.progress(1, 2, ODD) and None,
    "progress long": lambda job: job.progress(1, 2, "x" * 1_000_000) and None,
    "progress nan": lambda job: job.progress(float("nan")) and None,
    "cancel odd": lambda job: throw(Cancel(ODD)),
    "fail odd": lambda job: throw(Fail(ODD)),
    "retry odd": lambda job: throw(Retry(ODD)),
    "retry too late": lambda job: throw(Retry(after=1e300)),
    "retry without anything": lambda job: throw(Bare()),
    "snooze nan": lambda job: throw(Snooze(float("nan"))),
    "raise odd": lambda job: throw(ValueError(ODD)),
    "raise nul": lambda job: throw(ValueError("a\0b")),
    "raise mute": lambda job: throw(Mute()),
    "raise long": lambda job: throw(ValueError("x" * 10_000_000)),
    "raise exit": lambda job: throw(SystemExit(1)),
    "raise interrupt": lambda job: throw(KeyboardInterrupt()),
    "raise generator exit": lambda job: throw(GeneratorExit()),
    "raise stop": lambda job: throw(StopIteration()),
    "raise cancelled": lambda job: throw(asyncio.CancelledError()),
    "raise memory": lambda job: throw(MemoryError()),
    "raise group": lambda job: throw(BaseExceptionGroup("g", [SystemExit(), Mute()])),
    "raise a group of itself": lambda job: throw(Round("g", [ValueError()])),
    "overflow": lambda job: overflow(),
    "return odd": lambda job: ODD,
    "return nul": lambda job: "a\0b",
    "return nan": lambda job: float("nan"),
    "return object": lambda job: object(),
    "return generator": lambda job: (number for number in range(3)),
    "return coroutine": lambda job: asyncio.sleep(0, "slept"),
    "return largest": lambda job: "x" * (2**20 - 2),
    "return too large": lambda job: "x" * (2**20 - 1),
    "fork and terminate": lambda job: fork_and_terminate(),
    "fork and come out": lambda job: fork_and_come_out(),
    "take all files": lambda job: take_all_files(),
    "delete the job": delete_the_job,
    "leave a thread": leave_a_thread,
}


class Thread(Worker):
    type = "thread"
    attempts = 1

    def process(self, job):
        return DEEDS[job.data](job)


class Loop(Worker):
    type = "loop"
    attempts = 1

    async def process(self, job):
        match job.data:
            case "task that exits":
                await asyncio.gather(asyncio.create_task(self.leave()))
            case "stop the loop":
                asyncio.get_running_loop().stop()
                await asyncio.sleep(0)
            case "callback that interrupts":
                asyncio.get_running_loop().call_soon(throw, KeyboardInterrupt())
                await asyncio.sleep(0.01)
            case "cancel all tasks":
                others = asyncio.all_tasks() - {asyncio.current_task()}
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)
            case "shut the threads of the loop":
                await asyncio.get_running_loop().shutdown_default_executor()
            case "cancel itself":
                asyncio.current_task().cancel()
                await asyncio.sleep(0)
            case deed:
                result = DEEDS[deed](job)
                return await result if inspect.iscoroutine(result) else result

    async def leave(self):
        raise SystemExit(1)


class Neighbour(Worker):
    type = "neighbour"
    attempts = 1

    async def process(self, job):
        while not Path(job.data).exists():
            await asyncio.sleep(0.01)
        return os.getpid()


class Hung(Worker):
    type = "hung"
    attempts = 1
    concurrency = 1
    timeout = 0.2

    def process(self, job):
        if job.data == "hang":
            threading.Event().wait()
        return "ok"


class Blocking(Worker):
    type = "blocking"
    attempts = 1
    timeout = 0.2

    async def process(self, job):
        time.sleep(60)
"""

ERROR, RESULT = ("failed", "error"), ("failed", "result")
DONE = ("completed", None)

RIGHT: dict[str, tuple[str, str | None]] = {
    "log odd": DONE,
    "log odd argument": DONE,
    "log nul": DONE,
    "log bad arguments": DONE,
    "log much": DONE,
    "progress odd": DONE,
    "progress long": DONE,
    "progress nan": ERROR,
    "cancel odd": ("cancelled", "cancelled"),
    "fail odd": ERROR,
    "retry odd": ERROR,
    "retry too late": ERROR,
    "retry without anything": ERROR,
    "snooze nan": ERROR,
    "raise odd": ERROR,
    "raise nul": ERROR,
    "raise mute": ERROR,
    "raise long": ERROR,
    "raise exit": ERROR,
    "raise interrupt": ERROR,
    "raise generator exit": ERROR,
    "raise stop": ERROR,
    "raise cancelled": ERROR,
    "raise memory": ERROR,
    "raise group": ERROR,
    "raise a group of itself": ERROR,
    "overflow": ERROR,
    "return odd": RESULT,
    "return nul": DONE,
    "return nan": RESULT,
    "return object": RESULT,
    "return generator": RESULT,
    "return coroutine": DONE,
    "return largest": DONE,
    "return too large": RESULT,
    "fork and terminate": DONE,
    "fork and come out": DONE,
    "take all files": DONE,
    "delete the job": DONE,
    "leave a thread": DONE,
}

IN_THE_LOOP_ALONE: dict[str, tuple[str, str | None]] = {
    "task that exits": ERROR,
    "stop the loop": DONE,
    "callback that interrupts": DONE,
    "cancel all tasks": DONE,
    "shut the threads of the loop": DONE,
    "cancel itself": ERROR,
}


@pytest.fixture
def host(store: Store, store_url: str, namespace: str, tmp_path: Path) -> Host:
    host = Host(store, store_url, namespace, tmp_path)
    host.app.write_text(APP)
    return host


@pytest.mark.parametrize("type", ["loop", "thread"])
async def test_only_its_own_job_pays(host: Host, desk: Desk, type: str, tmp_path: Path):
    assert RESULT_BYTES == 2**20
    right = RIGHT | (IN_THE_LOOP_ALONE if type == "loop" else {})
    gate = tmp_path / "gate"
    async with host.running(host.options()):
        before = await host.pids()
        neighbour = await desk.submit("neighbour", str(gate))
        await desk.comes_to(neighbour, State.ACTIVE, 10)
        ids = {deed: await desk.submit(type, deed) for deed in right}

        async def ended() -> bool:
            jobs = await desk.reader.jobs(list(ids.values()))
            return all(job.state.finished for job in jobs)

        await eventually(ended, 60)
        jobs = {deed: await desk.reader.job(id) for deed, id in ids.items()}
        found = {deed: (job.state.value, job.reason) for deed, job in jobs.items()}
        assert found == right
        assert [deed for deed, job in jobs.items() if job.crashes] == []
        gate.touch()
        beside = await desk.comes_to(neighbour, State.COMPLETED)
        assert beside.crashes == 0
        assert json.loads(bytes(beside.result or b"")) in before.values()
        assert await host.pids() == before
    assert result(jobs["fork and terminate"]) == -15
    assert result(jobs["fork and come out"]) == 1
    assert (await desk.reader.log(ids["log odd"])).lines == ["caf\ufffd.txt"]


def result(job: Any) -> Any:
    return json.loads(bytes(job.result))


async def test_a_type_whose_threads_hang_goes_on_in_another_runner(host: Host, desk: Desk):
    async with host.running(host.options(grace=0.1)):
        await desk.comes_to(await desk.submit("hung", "hang"), State.FAILED, 20)
        await desk.comes_to(await desk.submit("hung", "go"), State.COMPLETED, 40)


async def test_a_job_that_blocks_the_loop_past_its_timeout_is_ended_alone(
    host: Host, desk: Desk, tmp_path: Path
):
    async with host.running(host.options()):
        neighbour = await desk.submit("neighbour", str(tmp_path / "gate"))
        await desk.comes_to(neighbour, State.ACTIVE, 10)
        blocking = await desk.submit("blocking")
        await desk.comes_to(blocking, State.ACTIVE, 10)
        (tmp_path / "gate").touch()
        done = await desk.comes_to(neighbour, State.COMPLETED, 30)
        assert done.crashes == 0

        async def blamed() -> bool:
            job = await desk.reader.job(blocking)
            return job.crashes > 0 or job.state is State.FAILED

        await eventually(blamed, 20)
