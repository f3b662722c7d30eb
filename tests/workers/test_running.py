"""How a runner claims, tells, is told, and leaves."""

import asyncio
import threading
import time
from typing import Any, ClassVar

import pytest

from tasuki import Job, State, Worker
from tasuki.model.errors import AppError
from tasuki.store.messages import Report
from tests.support import Plain, eventually
from tests.workers.desk import Desk, Seen, running


def gated() -> tuple[type[Worker], asyncio.Event, list[int]]:
    """A worker whose jobs wait at a gate, and who has come to it."""
    gate, arrived = asyncio.Event(), list[int]()

    class Gated(Worker):
        type = "gated"
        concurrency = 2

        async def process(self, job: Job) -> int:
            arrived.append(job.id)
            await gate.wait()
            return job.attempt

    return Gated, gate, arrived


async def test_never_more_at_once_than_the_concurrency(desk: Desk) -> None:
    kind, gate, arrived = gated()
    async with running(desk.store, kind):
        ids = await desk.submit_many(5, "gated")
        await eventually(lambda: len(arrived) == 2)
        [counts] = await desk.reader.types(["gated"])
        assert (counts.active, counts.waiting) == (2, 3)
        gate.set()
        await desk.all_come_to(ids, State.COMPLETED)
    assert arrived == ids


async def test_a_busy_type_does_not_hold_up_another(desk: Desk) -> None:
    kind, gate, arrived = gated()
    done = asyncio.Event()

    class Other(Worker):
        type = "other"

        async def process(self, job: Job) -> None:
            done.set()

    async with running(desk.store, kind, Other):
        await desk.submit_many(5, "gated")
        await eventually(lambda: len(arrived) == 2)
        await desk.submit("other")
        await asyncio.wait_for(done.wait(), 2)
        gate.set()


async def test_an_idle_runner_is_woken_at_once(desk: Desk) -> None:
    starts = list[float]()

    class Quick(Worker):
        type = "quick"

        async def process(self, job: Job) -> None:
            starts.append(time.monotonic())

    async with running(desk.store, Quick) as runner:
        await idle(desk, runner)
        before = time.monotonic()
        await desk.submit("quick")
        await eventually(lambda: starts)
    assert starts[0] - before < 0.5


async def idle(desk: Desk, runner: Any) -> None:
    """Wait until the runner listens for its doorbell."""

    async def listening() -> bool:
        clients = (await desk.store.shared.command("CLIENT", "LIST")).decode()
        return any("tasuki-bell" in line and "cmd=blpop" in line for line in clients.splitlines())

    await eventually(listening)


async def test_a_scheduled_job_runs_when_it_is_due(desk: Desk) -> None:
    class Quick(Worker):
        type = "quick"

        async def process(self, job: Job) -> None: ...

    async with running(desk.store, Quick):
        id = await desk.submit("quick", delay=0.3)
        job = await desk.comes_to(id, State.COMPLETED)
    assert job.started_at is not None
    waited = (job.started_at - job.created_at).total_seconds()
    assert 0.3 <= waited < 1.5


async def test_log_and_progress_are_seen_while_the_job_runs(desk: Desk) -> None:
    gate = asyncio.Event()

    class Telling(Worker):
        type = "telling"

        async def process(self, job: Job) -> None:
            job.log("step %d of %s", 1, "three")
            job.log("100%")
            await job.progress(1, 3, "first")
            await gate.wait()
            job.log("last words")

    async with running(desk.store, Telling):
        id = await desk.submit("telling")

        async def told() -> bool:
            return (await desk.reader.job(id)).progress is not None

        await eventually(told)
        assert (await desk.reader.job(id)).progress == {"done": 1, "total": 3, "note": "first"}
        assert (await desk.reader.log(id)).lines == ["step 1 of three", "100%"]
        gate.set()
        await desk.comes_to(id, State.COMPLETED)
    assert (await desk.reader.log(id)).lines[-1] == "last words"


async def test_threads_can_log_too(desk: Desk) -> None:
    class Telling(Worker):
        type = "telling"

        def process(self, job: Job) -> str:
            job.log("from a thread")
            job.progress(50)
            return threading.current_thread().name

    async with running(desk.store, Telling):
        id = await desk.submit("telling")
        job = await desk.comes_to(id, State.COMPLETED)
    assert (await desk.reader.log(id)).lines == ["from a thread"]
    assert job.progress == {"done": 50, "total": 100}
    assert b"tasuki-job" in bytes(job.result or b"")


async def test_a_person_cancels_a_running_job(desk: Desk) -> None:
    kind, _, arrived = gated()
    async with running(desk.store, kind):
        id = await desk.submit("gated")
        await eventually(lambda: arrived)
        assert await desk.operator.cancel([id]) == ["active"]
        before = time.monotonic()
        job = await desk.comes_to(id, State.CANCELLED)
    assert time.monotonic() - before < 2
    assert job.reason == "cancelled"


async def test_a_paused_type_is_not_claimed_until_it_is_resumed(desk: Desk) -> None:
    kind, gate, arrived = gated()
    gate.set()
    await desk.operator.pause("gated")
    async with running(desk.store, kind) as runner:
        id = await desk.submit("gated")
        await idle(desk, runner)
        assert not arrived
        await desk.operator.resume("gated")
        await desk.comes_to(id, State.COMPLETED)


async def test_stop_waits_for_running_jobs_and_claims_no_more(desk: Desk) -> None:
    kind, gate, arrived = gated()
    async with running(desk.store, kind) as runner:
        ids = await desk.submit_many(3, "gated")
        await eventually(lambda: len(arrived) == 2)
        stopping = asyncio.create_task(runner.stop(10))
        gate.set()
        await stopping
    states = {job.id: job.state for job in await desk.reader.jobs(ids)}
    assert sorted(states.values()) == [State.COMPLETED, State.COMPLETED, State.WAITING]
    assert await desk.reader.runners() == []


async def test_what_does_not_end_in_time_is_released_untouched(desk: Desk) -> None:
    kind, _, arrived = gated()
    async with running(desk.store, kind) as runner:
        id = await desk.submit("gated")
        await eventually(lambda: arrived)
        await runner.stop(0.05)
    job = await desk.reader.job(id)
    assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)
    assert await desk.reader.runners() == []


async def test_a_job_that_ignores_the_stop_is_released_too(desk: Desk) -> None:
    arrived = list[int]()
    end = asyncio.Event()

    class Deaf(Worker):
        type = "deaf"

        async def process(self, job: Job) -> None:
            arrived.append(job.id)
            while not end.is_set():
                try:
                    await end.wait()
                except asyncio.CancelledError:
                    continue

    async with running(desk.store, Deaf) as runner:
        id = await desk.submit("deaf")
        await eventually(lambda: arrived)
        await runner.stop(0.05)
        job = await desk.reader.job(id)
        end.set()
    assert (job.state, job.attempts.made) == (State.WAITING, 0)


async def test_a_runner_whose_jobs_were_taken_stops_them_and_goes_on_under_a_new_name(
    desk: Desk, plain: Plain
) -> None:
    kind, gate, arrived = gated()
    seen = Seen()
    names = seen.identities
    async with running(desk.store, kind, watcher=seen):
        id = await desk.submit("gated")
        await eventually(lambda: arrived)

        async def taken() -> bool:
            # A beat of the runner in between would renew its lease.
            plain.zadd(desk.store.keyspace.key("runners"), {names[0]: 1})
            return bool((await desk.store.maintenance().reap()).runners)

        await eventually(taken)
        await eventually(lambda: len(names) == 2, 10)
        gate.set()
        job = await desk.comes_to(id, State.COMPLETED, 10)
    assert names[0] != names[1]
    assert (job.crashes, job.runner) == (0, names[1])


async def test_without_a_supervisor_suspects_run_beside_the_others(desk: Desk) -> None:
    """A runner died with two jobs, and there is nobody who could start a process for them."""
    kind, gate, arrived = gated()
    ids = await desk.submit_many(2, "gated")
    victim = desk.store.lease()
    await victim.register({}, [])
    await victim.exchange(Report(), [("gated", 2)], rung=[])
    await desk.store.maintenance().reap([victim.runner])
    async with running(desk.store, kind):
        await eventually(lambda: len(arrived) == 1, 10)
        late = await desk.submit("gated")
        await eventually(lambda: len(arrived) == 2, 10)
        gate.set()
        await desk.all_come_to([*ids, late], State.COMPLETED, 10)
    jobs = await desk.reader.jobs(ids)
    assert [job.crashes for job in jobs] == [0, 0]


async def test_setup_and_teardown_run_once(desk: Desk) -> None:
    calls = list[str]()

    class Careful(Worker):
        types: ClassVar = ("one", "two")

        async def setup(self) -> None:
            calls.append("setup")

        async def teardown(self) -> None:
            calls.append("teardown")

        async def process(self, job: Job) -> None:
            calls.append(job.type)

    async with running(desk.store, Careful):
        ids = [await desk.submit("one"), await desk.submit("two")]
        await desk.all_come_to(ids, State.COMPLETED)
    assert (calls[0], sorted(calls[1:3]), calls[3]) == ("setup", ["one", "two"], "teardown")


async def test_a_setup_that_raises_ends_the_runner_with_it(desk: Desk) -> None:
    class Broken(Worker):
        type = "broken"

        async def setup(self) -> None:
            raise OSError("no database")

        async def process(self, job: Job) -> None: ...

    with pytest.raises(OSError, match="no database"):
        async with running(desk.store, Broken):
            await desk.submit("broken")
    assert await desk.reader.runners() == []


async def test_a_worker_inside_a_program_of_the_users_own(desk: Desk) -> None:
    class Resize(Worker):
        async def process(self, job: Job) -> str:
            return job.type

    worker = Resize(desk.store.address.url, namespace=desk.store.keyspace.namespace)
    assert worker.subscribe("resize") is worker
    with pytest.raises(RuntimeError, match="subscribed already"):
        worker.subscribe("resize")
    id = await desk.submit("resize")
    await desk.comes_to(id, State.COMPLETED)
    await worker.close()
    await worker.close()
    assert await desk.reader.runners() == []


async def test_a_worker_without_a_store_says_so() -> None:
    class Resize(Worker):
        type = "resize"

        async def process(self, job: Job) -> None: ...

    with pytest.raises(AppError, match="does not know its store"):
        Resize().subscribe()


async def test_priorities_and_order(desk: Desk) -> None:
    order = list[int]()

    class One(Worker):
        type = "one"
        concurrency = 1

        async def process(self, job: Job) -> None:
            order.append(job.id)

    low = await desk.submit("one", priority="low")
    normal = await desk.submit_many(3, "one")
    high = await desk.submit("one", priority="high")
    async with running(desk.store, One):
        await desk.all_come_to([low, *normal, high], State.COMPLETED)
    assert order == [high, *normal, low]
