"""What happens in a runner is told by name: metrics could be made of it in one file."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import pytest

from tasuki import Backoff, Cancel, Fail, Job, Snooze, State, Worker
from tasuki.model.errors import StoreUnavailableError
from tasuki.store.store import Store
from tasuki.telemetry.events import AttemptEnded, JobsLost, JobsReleased, Listeners, ScriptCalled
from tests.proxy import proxy_to
from tests.support import Plain, eventually
from tests.workers.desk import Desk, Seen, running


@pytest.fixture(autouse=True)
def end() -> Iterator[None]:
    """Nothing is deaf to the end of a test."""
    Deaf.end = threading.Event()
    yield
    Deaf.end.set()


class Counts:
    """What a listener that makes metrics is like."""

    def __init__(self, listeners: Listeners) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.attempts: Counter[tuple[str, str, int]] = Counter()
        self.seconds = 0.0
        listeners.add(ScriptCalled, self.add_call)
        listeners.add(AttemptEnded, self.add_attempt)

    def add_call(self, event: ScriptCalled) -> None:
        self.calls[event.script, event.outcome] += 1

    def add_attempt(self, event: AttemptEnded) -> None:
        self.attempts[event.type, event.outcome, event.number] += 1
        self.seconds += event.seconds


class Scripted(Worker):
    type = "scripted"
    attempts = 2
    backoff = Backoff.fixed(0)

    async def process(self, job: Job[str]) -> None:
        match job.data:
            case "break":
                raise ValueError("it broke")
            case "fail":
                raise Fail("no such user")
            case "cancel":
                raise Cancel("obsolete")
            case "snooze":
                raise Snooze(3600)
            case _:
                await asyncio.sleep(0.01)


class Deaf(Worker):
    """Waits in a thread until `end` is set, whatever it is told."""

    type = "deaf"
    end: ClassVar[threading.Event]

    def process(self, job: Job) -> None:
        self.end.wait(30)


async def test_each_attempt_is_told_with_what_it_came_to(store: Store, desk: Desk):
    counts = Counts(store.listeners)
    async with running(store, Scripted()):
        for data in ("work", "break", "fail", "cancel", "snooze"):
            await desk.submit("scripted", data)
        await eventually(lambda: counts.attempts.total() == 6)
    assert counts.attempts == {
        ("scripted", "completed", 1): 1,
        ("scripted", "retried", 1): 1,
        ("scripted", "failed", 2): 1,
        ("scripted", "failed", 1): 1,
        ("scripted", "cancelled", 1): 1,
        ("scripted", "snoozed", 1): 1,
    }
    assert 0.01 <= counts.seconds < 5


async def test_what_a_runner_gives_back_is_told_and_logged(
    store: Store, desk: Desk, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "tasuki.events")
    released = list[JobsReleased]()
    store.listeners.add(JobsReleased, released.append)
    seen = Seen()
    async with running(store, Deaf(), grace=0, watcher=seen):
        await desk.comes_to(await desk.submit("deaf"), State.ACTIVE)
    [identity] = seen.identities
    assert released == [JobsReleased(f"runner {identity}", 1)]
    assert f"released 1 jobs of runner {identity}: they wait again" in caplog.text


async def test_what_was_taken_from_a_runner_is_told_when_it_ends(
    store: Store, desk: Desk, plain: Plain, namespace: str, caplog: pytest.LogCaptureFixture
):
    lost, seen = list[JobsLost](), Seen()
    store.listeners.add(JobsLost, lost.append)
    async with running(store, Deaf(), watcher=seen):
        await desk.comes_to(await desk.submit("deaf"), State.ACTIVE)
        [identity] = seen.identities
        plain.delete(f"{{{namespace}:0}}:lease:{identity}")
        Deaf.end.set()
        await eventually(lambda: lost)
    assert lost == [JobsLost(identity, 1)]
    assert f"1 jobs of runner {identity} were taken back before they were settled" in caplog.text


async def test_each_call_of_a_script_is_told_with_how_it_went(store: Store):
    listeners = Listeners()
    counts = Counts(listeners)
    with proxy_to(store.address.url) as proxy:
        through = Store(proxy.url, namespace=store.keyspace.namespace, listeners=listeners)
        await through.reader().runners()
        proxy.refuse()
        proxy.cut()
        with pytest.raises(StoreUnavailableError):
            await through.maintenance().promote()
        await through.close()
    assert counts.calls == {("runners", "ok"): 1, ("promote", "store_unavailable"): 1}


async def test_a_call_that_nobody_waits_for_any_longer_is_told_too(store: Store):
    listeners = Listeners()
    counts = Counts(listeners)
    with proxy_to(store.address.url) as proxy:
        through = Store(proxy.url, namespace=store.keyspace.namespace, listeners=listeners)
        proxy.black_hole()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(through.maintenance().promote(), 0.05)
        proxy.pass_on()
        await through.close()
    assert counts.calls == {("promote", "cancelled"): 1}
