"""Each part of the supervisor and of its runners fails once: it goes on, or all of it ends."""

import asyncio
import dataclasses
import os
import select
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tasuki.model.errors import StoreError
from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.lease import Lease
from tasuki.store.link.link import Link
from tasuki.store.maintenance import Maintenance
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.daemon.following import Following
from tasuki.workers.daemon.handback import HandBack, log
from tasuki.workers.daemon.orders import Orders
from tasuki.workers.daemon.process import Launcher, RunnerProcess
from tasuki.workers.daemon.reload import FileWatch
from tasuki.workers.process.channel import Channel
from tasuki.workers.process.lifeline import Lifeline, Order
from tasuki.workers.process.protocol import Message
from tasuki.workers.registry import Registry
from tasuki.workers.runner.runner import Runner
from tasuki.workers.worker import Worker
from tests.support import eventually, eventually_sync
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk


class Once:
    """Raises the first time it is called, and then calls what it stands for."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.failed = False

    def __call__(self, *args: Any, **named: Any) -> Any:
        if not self.failed:
            self.failed = True
            raise ZeroDivisionError("a fault that nobody thought of")
        return self.real(*args, **named)

    def __get__(self, owner: Any, _: Any) -> Any:
        return lambda *args, **named: self(owner, *args, **named)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Launcher, "launch"),
        (Following, "to_its_end"),
        (RunnerProcess, "wait"),
    ],
)
async def test_a_lane_goes_on_after_any_fault(
    host: Host,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    part: type,
    name: str,
):
    monkeypatch.setattr(part, name, Once(getattr(part, name)))
    async with host.running(host.options()):
        id = await desk.submit("act", {"do": "nothing"})
        await desk.comes_to(id, State.COMPLETED, seconds=15)
        assert "runner 1 failed, and goes on" in caplog.text
        assert "a fault that nobody thought of" in caplog.text


async def test_watching_over_a_runner_goes_on_after_any_fault(
    host: Host, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    silence: Any = RunnerProcess.silence
    once = Once(silence.fget)
    monkeypatch.setattr(RunnerProcess, "silence", property(once))
    async with host.running(host.options(lease=1, processes=2)):
        await host.pids(2)
        await eventually(lambda: once.failed)
        # The lease of a runner that is blocked is still renewed.
        id = await desk.submit("act", {"do": "block", "seconds": 2.5})
        assert (await desk.comes_to(id, State.COMPLETED, seconds=15)).crashes == 0
        assert "failed, and goes on" in caplog.text


async def test_watching_the_files_goes_on_after_any_fault(
    host: Host, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "tasuki.daemon")
    monkeypatch.setattr(FileWatch, "look", Once(FileWatch.look))
    async with host.running(host.options(reload=True)):
        await eventually(lambda: "watching the files of the app failed" in caplog.text, seconds=10)
        await host.pids()
        host.app.write_text(host.app.read_text() + "\n# changed\n")
        await eventually(lambda: "changed: starting again" in caplog.text, seconds=10)


@pytest.mark.parametrize("error", [ZeroDivisionError("no"), StoreError("no script can do that")])
async def test_what_will_never_work_is_not_tried_for_ever(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
):
    async def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(Maintenance, "reap", fails)
    hand_back = HandBack(store, LeaseTerms(), Orders(), OutageLog(log))
    died = JobError("Crashed", "it died")
    assert await asyncio.wait_for(hand_back.reap("runner 1", ["x"], died, []), 5) == 0
    assert "could not hand back the jobs of runner 1" in caplog.text


def test_the_lifeline_goes_on_after_any_fault(caplog: pytest.LogCaptureFixture):
    reading, writing = os.pipe()
    beats, orders = list[float](), list[Order]()
    beat = Once(lambda: beats.append(time.monotonic()))
    lifeline = Lifeline(reading, 0.02, beat)
    with lifeline.taken_by(orders.append):
        lifeline.start()
        eventually_sync(lambda: beats)
        assert "failed, and goes on" in caplog.text
        os.write(writing, b"stop\nnonsense\nhur")
        os.write(writing, b"ry\n")
        eventually_sync(lambda: orders == ["stop", "hurry"])
        os.close(writing)
        eventually_sync(lambda: orders == ["stop", "hurry", "gone"])
        seen = len(beats)
        eventually_sync(lambda: len(beats) > seen + 2)
    os.close(reading)


def test_a_supervisor_that_does_not_read_holds_up_no_beat():
    reading, writing = os.pipe()
    channel = Channel(writing, lambda: None)
    began = time.monotonic()
    for number in range(5_000):
        channel.beat(float(number))
    assert time.monotonic() - began < 5
    assert select.select([reading], [], [], 0)[0]
    os.close(reading)
    # Nor does one that is gone.
    channel.beat(0.0)
    channel.left(0)
    os.close(writing)


PROGRAM = """
import os, sys, time
def say(line):
    os.write(int(os.environ["TASUKI_PIPE"]), line.encode() + b"\\n")
with open(sys.argv[1], "a") as file:
    file.write("started\\n")
sys.stdin.readline()
{act}
for order in sys.stdin:
    with open(sys.argv[1], "a") as file:
        file.write(order)
    break
"""


def with_program(host: Host, directory: Path, act: str) -> tuple[Any, Path]:
    program, seen = directory / "runner.py", directory / "seen"
    program.write_text(PROGRAM.format(act=act))
    command = (sys.executable, str(program), str(seen))
    return dataclasses.replace(host.options(), command=command), seen


async def test_a_runner_that_retires_is_replaced_at_once_and_told_to_end(
    host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    act = """say('{"kind":"retire","text":"half of its slots are stuck"}')"""
    options, seen = with_program(host, tmp_path, act)
    async with host.running(options):

        def times(line: str) -> int:
            return seen.read_text().splitlines().count(line) if seen.exists() else 0

        await eventually(lambda: times("started") >= 2 and times("stop") >= 1, seconds=10)
        assert "is replaced: half of its slots are stuck" in caplog.text


async def test_a_job_that_blocks_its_runner_is_the_only_one_blamed(
    host: Host, desk: Desk, tmp_path: Path
):
    lease = desk.store.lease()
    await lease.register({}, [("act", "{}")])
    guilty, other = await desk.submit_many(2, "act")
    await desk.claim(lease, "act", 2)
    blocked = encode(Message("blocked", ref=f"A{guilty}"))
    identity = encode(Message("identity", lease.runner))
    options, _ = with_program(host, tmp_path, f"say({identity!r}); say({blocked!r})")
    async with host.running(options):

        async def taken_back() -> bool:
            return (await desk.reader.job(guilty)).crashes == 1

        await eventually(taken_back, seconds=10)
        job = await desk.reader.job(other)
        assert (job.state, job.crashes) == (State.WAITING, 0)


async def test_messages_that_make_no_sense_do_no_harm(host: Host, tmp_path: Path):
    act = """say('{"kind":"left"}'); say('{"kind":"suspects","count":-1}'); say("[]")"""
    options, seen = with_program(host, tmp_path, act)
    async with host.running(options) as daemon:
        await eventually(seen.exists, seconds=10)
        await asyncio.wait_for(daemon.stop(), 10)


def encode(message: Message) -> str:
    return msgspec.json.encode(message).decode()


async def test_a_note_that_a_runner_ends_does_not_hold_up_its_end(
    host: Host, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    class Idle(Worker):
        type = "idle"

        async def process(self, job: object) -> None: ...

    runner = Runner(desk.store, Registry.of([Idle]))
    running = asyncio.create_task(runner.run())

    async def there() -> bool:
        return bool(await desk.reader.runners())

    await eventually(there)

    beat = Lease.heartbeat

    async def beats_but_for_notes(lease: Lease, fields: Any, link: Link | None = None) -> Any:
        # The thread that beats has a link of its own, and may not have beaten yet.
        if link is None:
            await asyncio.Event().wait()
        return await beat(lease, fields, link)

    monkeypatch.setattr(Lease, "heartbeat", beats_but_for_notes)
    await asyncio.wait_for(runner.stop(5), 5)
    await running
