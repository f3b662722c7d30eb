"""Nothing of a runner dies in silence, and what cannot go on is seen."""

import asyncio
import contextvars
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from tasuki import Job, State, Worker
from tasuki.model.errors import StoreError, StoreRefusedError
from tasuki.model.pauses import Pauses
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.lease import Lease
from tasuki.store.link.link import Link
from tasuki.wire.ids import encode_id
from tasuki.workers.attempt import attempt
from tasuki.workers.attempt.outbox import Outbox
from tasuki.workers.runner import ear, heartbeat, runner, stop_note, watchdog
from tasuki.workers.runner.ear import Ear
from tasuki.workers.runner.watchdog import Watchdog
from tests.support import Plain, eventually
from tests.workers.desk import Desk, Seen, running

BRIEF = LeaseTerms(lease=1)


class Echo(Worker):
    type = "echo"

    async def process(self, job: Job) -> Any:
        return job.data


class Hung(Worker):
    """Waits in a thread until `end` is set."""

    type = "hung"
    concurrency = 2
    attempts = 1
    timeout = 0.02
    end: ClassVar[threading.Event]

    def process(self, job: Job) -> None:
        self.end.wait(20)


class Patient(Hung):
    """The same, and may take as long as it wants."""

    type = "patient"
    timeout = 60


async def test_a_slot_that_hangs_is_told_of_and_half_of_them_retire_the_runner(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(attempt, "STUBBORN_SECONDS", 0.05)
    Hung.end = threading.Event()
    seen = Seen()
    async with running(desk.store, Hung, terms=BRIEF, watcher=seen):
        id = await desk.submit("hung")
        await desk.comes_to(id, State.FAILED)
        await eventually(lambda: seen.retired)
        assert f"job {id} of type 'hung'" in caplog.text
        assert "self.end.wait(20)" in caplog.text
        assert seen.retired == ["1 of 2 slots of type 'hung' are taken by jobs that hang"]

        async def shown() -> bool:
            return [row.fields["stuck"] for row in await desk.reader.runners()] == ["1"]

        await eventually(shown)
        Hung.end.set()
        await eventually(lambda: shown_free(desk))


async def shown_free(desk: Desk) -> bool:
    return [row.fields["stuck"] for row in await desk.reader.runners()] == ["0"]


async def test_a_job_that_blocks_the_loop_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(watchdog, "BLOCKED_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "OVERTIME_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.05)

    class Blocking(Worker):
        type = "blocking"
        attempts = 1
        timeout = 0.1

        async def process(self, job: Job) -> None:
            deadline = time.monotonic() + 10
            while not seen.blocks and time.monotonic() < deadline:
                time.sleep(0.01)

    seen = Seen()
    async with running(desk.store, Blocking, watcher=seen):
        id = await desk.submit("blocking")
        await eventually(lambda: seen.blocks, 15)
        await eventually(lambda: "the event loop goes on" in caplog.text)
    assert seen.blocks == [encode_id(id)]
    assert f"job {id} of type 'blocking' blocks the event loop" in caplog.text
    assert "time.sleep(0.01)" in caplog.text


async def test_a_task_of_a_job_that_blocks_the_loop_is_blamed_on_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watchdog, "BLOCKED_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "OVERTIME_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.05)

    class Blocking(Worker):
        type = "blocking"
        attempts = 1
        timeout = 0.1

        async def process(self, job: Job) -> None:
            await asyncio.gather(self.part())

        async def part(self) -> None:
            deadline = time.monotonic() + 10
            while not seen.blocks and time.monotonic() < deadline:
                time.sleep(0.01)

    seen = Seen()
    async with running(desk.store, Blocking, watcher=seen):
        await desk.submit("blocking")
        await eventually(lambda: seen.blocks, 15)
    assert seen.blocks == [""]


async def test_thread_jobs_see_what_setup_has_set_and_nothing_of_each_other(desk: Desk):
    tenant = contextvars.ContextVar("tenant", default="nobody")

    class Tenants(Worker):
        types: ClassVar = ("loop", "thread")
        concurrency = 1

        async def setup(self) -> None:
            tenant.set("setup")

    class Threads(Tenants):
        types: ClassVar = ("thread",)

        def process(self, job: Job) -> str:
            before = tenant.get()
            tenant.set(job.data)
            return before

    class Loops(Tenants):
        types: ClassVar = ("loop",)

        async def process(self, job: Job) -> str:
            before = tenant.get()
            tenant.set(job.data)
            return before

    async with running(desk.store, Threads, Loops):
        for type in ("thread", "loop"):
            for name in ("A", "B"):
                done = await desk.comes_to(await desk.submit(type, name), State.COMPLETED)
                assert bytes(done.result or b"") == b'"setup"'


async def test_a_record_that_cannot_be_read_costs_its_neighbours_nothing(
    desk: Desk, plain: Plain, namespace: str
):
    bad = await desk.submit("echo")
    good = await desk.submit_many(3, "echo")
    plain.hset(f"{{{namespace}:0}}:jobs", encode_id(bad), "1 0 0 echo\n{garbage\n{}")
    async with running(desk.store, Echo):
        await desk.all_come_to(good, State.COMPLETED)

        async def failed() -> bool:
            return (await desk.reader.types(["echo"]))[0].failed == 1

        await eventually(failed)


def once(error: BaseException, real: Any) -> tuple[Any, list[int]]:
    """The same function, but the first call raises."""
    calls = list[int]()

    def call(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise error
        return real(*args, **options)

    return call, calls


async def test_a_heartbeat_that_fails_is_logged_and_beats_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(heartbeat, "RETRY_SECONDS", 0.01)
    beat, calls = once(ValueError("odd reply"), Lease.heartbeat)
    monkeypatch.setattr(Lease, "heartbeat", beat)
    seen = Seen()
    async with running(desk.store, Echo, terms=BRIEF, watcher=seen):
        await eventually(lambda: len(calls) > 2)
        await desk.comes_to(await desk.submit("echo"), State.COMPLETED)
    assert "a heartbeat of runner" in caplog.text
    assert "odd reply" in caplog.text
    assert len(seen.identities) == 1


@pytest.mark.parametrize("error", [SystemExit(), StoreError("the store answered: odd")])
async def test_when_the_heartbeat_dies_a_new_life_begins(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: BaseException,
):
    beat, _ = once(error, Lease.heartbeat)
    monkeypatch.setattr(Lease, "heartbeat", beat)
    seen = Seen()
    async with running(desk.store, Echo, watcher=seen):
        await eventually(lambda: len(seen.identities) == 2)
        await desk.comes_to(await desk.submit("echo"), State.COMPLETED)
    assert "the heartbeat of runner" in caplog.text


async def test_a_runner_ends_while_jobs_keep_all_threads_of_the_loop(desk: Desk):
    loop, gate = asyncio.get_running_loop(), threading.Event()

    class Hog(Worker):
        type = "hog"

        async def process(self, job: Job) -> None:
            loop.run_in_executor(None, gate.wait)

    with ThreadPoolExecutor(1) as threads:
        loop.set_default_executor(threads)
        try:
            async with asyncio.timeout(20), running(desk.store, Hog):
                await desk.comes_to(await desk.submit("hog"), State.COMPLETED)
        finally:
            gate.set()


@pytest.mark.parametrize(("kind", "name"), [(Outbox, "take"), (Ear, "listen")])
async def test_when_a_part_of_a_life_fails_it_is_logged_and_a_new_one_begins(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: type,
    name: str,
):
    monkeypatch.setattr(runner, "PAUSES", Pauses(0.05, 30))
    broken, _ = once(ValueError("a fault"), getattr(kind, name))
    monkeypatch.setattr(kind, name, broken)
    seen = Seen()
    async with running(desk.store, Echo, watcher=seen):
        await eventually(lambda: len(seen.identities) == 2)
        await desk.comes_to(await desk.submit("echo"), State.COMPLETED)
        assert [row.id for row in await desk.reader.runners()] == seen.identities[1:]
    assert "a fault" in caplog.text


async def test_the_watch_goes_on_after_a_fault(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.01)
    look, calls = once(ValueError("a fault"), getattr(Watchdog, "_look"))  # noqa: B009 - private
    monkeypatch.setattr(Watchdog, "_look", look)
    async with running(desk.store, Echo):
        await eventually(lambda: len(calls) > 2)
    assert "the watch over the event loop failed" in caplog.text


async def test_a_runner_waits_for_a_store_that_may_come(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(runner, "REGISTER_SECONDS", 0.02)
    register, _ = once(StoreRefusedError("WRONGPASS"), Lease.register)
    monkeypatch.setattr(Lease, "register", register)
    with caplog.at_level(logging.INFO):
        async with running(desk.store, Echo):
            await desk.comes_to(await desk.submit("echo"), State.COMPLETED)
    assert caplog.text.count("WRONGPASS") == 1


async def test_a_doorbell_that_cannot_be_heard_is_told_of_and_costs_no_job(
    desk: Desk,
    plain: Plain,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    """Something that is no bell has its name: the store refuses to wait for it."""
    monkeypatch.setattr(ear, "RETRY_SECONDS", 0.01)
    plain.set(f"{{{namespace}:0}}:bell:echo", "no list")
    seen = Seen()
    async with running(desk.store, Echo, terms=BRIEF, watcher=seen):
        await eventually(lambda: "the runner listens again after an error" in caplog.text)
        plain.delete(f"{{{namespace}:0}}:bell:echo")
        await desk.comes_to(await desk.submit("echo"), State.COMPLETED)
    assert len(seen.identities) == 1
    assert caplog.text.count("Traceback") <= 2


@pytest.mark.parametrize("error", [StoreError("no script can do that"), StoreRefusedError("no")])
async def test_that_a_runner_stops_is_noted_as_long_as_that_may_work(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: StoreError,
):
    """What will never work is told, and not tried for ever; nor does it hold up the end."""
    monkeypatch.setattr(stop_note, "NOTE_SECONDS", 0.01)
    tried = list[int]()
    real = Lease.heartbeat

    async def heartbeat(lease: Lease, fields: Mapping[str, str], link: Link | None = None) -> Any:
        if "stopping" not in fields:
            return await real(lease, fields, link)
        tried.append(1)
        raise error

    monkeypatch.setattr(Lease, "heartbeat", heartbeat)
    Hung.end = threading.Event()
    async with running(desk.store, Patient) as serving:
        await desk.comes_to(await desk.submit("patient"), State.ACTIVE)
        serving.ask()
        if error.transient:
            await eventually(lambda: len(tried) > 2)
        else:
            await eventually(lambda: "cannot be written down" in caplog.text)
        Hung.end.set()
    if not error.transient:
        assert len(tried) == 1
