"""Short jobs are claimed ahead of the slots, and nobody pays for it."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from tasuki import Job, State, Worker
from tasuki.model.job import JobInfo
from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.registry import Registry
from tasuki.workers.runner import ahead, slots
from tasuki.workers.runner.runner import Runner
from tasuki.workers.runner.slots import LEARNING
from tests.support import eventually
from tests.workers.desk import Desk, Seen, running

FOR_EVER = 3_600.0


class Scene:
    """A worker whose jobs are short, but for those that wait at the gate."""

    def __init__(self, *, thread: bool, concurrency: int = 1, **options: Any) -> None:
        self.gate = threading.Event()
        self.began: list[int] = []

        async def loop(_: Worker, job: Job) -> None:
            self.began.append(job.id)
            while job.data == "slow" and not self.gate.is_set():
                await asyncio.sleep(0.005)

        def plain(_: Worker, job: Job) -> None:
            self.began.append(job.id)
            if job.data == "slow":
                while not self.gate.wait(0.005) and not job.cancelled:
                    pass

        process: Callable[..., Any] = plain if thread else loop
        fields = {"type": "mixed", "process": process, "concurrency": concurrency, **options}
        self.kind = type("Mixed", (Worker,), fields)

    async def warm_up(self, desk: Desk) -> None:
        """Let it be known that the jobs are short."""
        await desk.all_come_to(await desk.submit_many(LEARNING, "mixed"), State.COMPLETED)


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs here are short, however slow the machine is."""
    monkeypatch.setattr(slots, "AHEAD_SECONDS", 10.0)


@pytest.fixture(params=["loop", "thread"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    scene = Scene(thread=request.param == "thread")
    yield scene
    scene.gate.set()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held is never given back for the time that it has waited."""
    monkeypatch.setattr(ahead, "HOLD_SECONDS", FOR_EVER)


@asynccontextmanager
async def holding(desk: Desk, scene: Scene, **options: Any) -> AsyncIterator[tuple[int, list[int]]]:
    """A runner with a slow job and five that it holds."""
    async with running(desk.store, scene.kind):
        await scene.warm_up(desk)
        async with paused(desk):
            slow = await desk.submit("mixed", "slow")
            ids = await desk.submit_many(5, "mixed", **options)
        await desk.all_come_to(ids, State.ACTIVE)
        await eventually(lambda: slow in scene.began)
        try:
            yield slow, ids
        finally:
            scene.gate.set()


@asynccontextmanager
async def paused(desk: Desk) -> AsyncIterator[None]:
    """What is submitted meanwhile is claimed together."""
    await desk.operator.pause("mixed")
    try:
        yield
    finally:
        await desk.operator.resume("mixed")


def untouched(job: JobInfo) -> bool:
    return (
        job.state is State.WAITING
        and job.started_at is None
        and (job.attempts.made, job.crashes, job.reason) == (0, 0, None)
    )


async def test_what_does_not_begin_in_time_goes_back_untouched(desk: Desk, scene: Scene):
    async with running(desk.store, scene.kind):
        await scene.warm_up(desk)
        async with paused(desk):
            slow = await desk.submit("mixed", "slow")
            ids = await desk.submit_many(5, "mixed")

        async def back() -> bool:
            jobs = await desk.reader.jobs(ids)
            return slow in scene.began and all(map(untouched, jobs))

        await eventually(back)
        # And is not claimed again, as long as the slow one is there.
        assert (await desk.reader.job(slow)).state is State.ACTIVE
        scene.gate.set()
        await desk.all_come_to(ids, State.COMPLETED)
        assert scene.began[-6:] == [slow, *ids]


@pytest.mark.parametrize("place", ["loop", "thread"])
async def test_with_mixed_lengths_no_short_job_waits_while_a_slot_is_free_anywhere(
    desk: Desk, place: str
):
    scenes = [Scene(thread=place == "thread", concurrency=2) for _ in range(3)]
    async with (
        running(desk.store, scenes[0].kind),
        running(desk.store, scenes[1].kind),
        running(desk.store, scenes[2].kind),
    ):
        try:
            for _ in range(3):
                await scenes[0].warm_up(desk)
            slow, short = list[int](), list[int]()
            # Five of the six slots come to be taken for ever.
            for n in range(100):
                if n % 20 == 10:
                    slow += await desk.submit_many(1, "mixed", "slow")
                short += await desk.submit_many(1, "mixed")
            await desk.all_come_to(short, State.COMPLETED)
            jobs = await desk.reader.jobs(slow)
            assert [job.state for job in jobs] == [State.ACTIVE] * 5
        finally:
            for scene in scenes:
                scene.gate.set()
        await desk.all_come_to(slow, State.COMPLETED)


@pytest.mark.usefixtures("held")
async def test_a_drain_gives_back_at_once_what_has_not_begun(desk: Desk, scene: Scene):
    async with running(desk.store, scene.kind) as runner:
        await scene.warm_up(desk)
        async with paused(desk):
            slow = await desk.submit("mixed", "slow")
            ids = await desk.submit_many(5, "mixed")
        await desk.all_come_to(ids, State.ACTIVE)
        await eventually(lambda: slow in scene.began)
        stopping = asyncio.create_task(runner.stop(30))

        async def back() -> bool:
            return all(map(untouched, await desk.reader.jobs(ids)))

        await eventually(back)
        assert (await desk.reader.job(slow)).state is State.ACTIVE
        scene.gate.set()
        await stopping
    assert not set(ids) & set(scene.began)


@pytest.mark.usefixtures("held")
async def test_one_that_is_cancelled_ends_at_once_and_never_runs(desk: Desk, scene: Scene):
    async with holding(desk, scene) as (slow, ids):
        await desk.operator.cancel([ids[2]])
        await desk.comes_to(ids[2], State.CANCELLED)
        assert (await desk.reader.job(slow)).state is State.ACTIVE
        scene.gate.set()
        others = [id for id in ids if id != ids[2]]
        await desk.all_come_to(others, State.COMPLETED)
    assert ids[2] not in scene.began
    assert scene.began[-4:] == others


@pytest.mark.usefixtures("held")
async def test_one_that_expires_meanwhile_never_runs(desk: Desk, scene: Scene):
    async with holding(desk, scene, expires=1.0) as (_, ids):
        submitted = (await desk.reader.job(ids[-1])).created_at.timestamp()
        await eventually(lambda: time.time() > submitted + 1.1)
        scene.gate.set()
        await desk.all_come_to(ids, State.CANCELLED)
        assert {job.reason for job in await desk.reader.jobs(ids)} == {"expired"}
    assert not set(ids) & set(scene.began)


@pytest.mark.usefixtures("held")
async def test_its_time_begins_when_it_begins(desk: Desk, scene: Scene):
    scene.kind.timeout = 0.5
    scene.kind.attempts = 1
    async with holding(desk, scene, timeout=20) as (slow, ids):
        # The slow one is stopped in time, although others were claimed with it.
        await desk.comes_to(slow, State.FAILED)
        await desk.all_come_to(ids, State.COMPLETED)
        ended = (await desk.reader.job(slow)).finished_at
        assert ended is not None
        for job in await desk.reader.jobs(ids):
            assert job.started_at is not None
            assert (ended - job.started_at).total_seconds() < 0.1


@pytest.mark.usefixtures("held")
async def test_when_the_process_dies_only_what_has_begun_is_a_suspect(desk: Desk, scene: Scene):
    box, seen = BlackBox.create(), Seen()
    runner = Runner(desk.store, Registry.of([scene.kind]), watcher=seen, box=box)
    task = asyncio.create_task(runner.run())
    try:
        await scene.warm_up(desk)
        async with paused(desk):
            slow = await desk.submit("mixed", "slow")
            ids = await desk.submit_many(5, "mixed")
        await desk.all_come_to(ids, State.ACTIVE)
        await eventually(lambda: slow in scene.began)
        # What its supervisor does when the process has died.
        death = JobError("Crashed", "its process died")
        reap = desk.store.maintenance(LeaseTerms()).reap
        await reap(seen.identities, death, begun=box.begun())
        jobs = await desk.reader.jobs([slow, *ids])
        assert [job.crashes for job in jobs] == [1, 0, 0, 0, 0, 0]
        assert [job.reason == "suspect" for job in jobs] == [True] + [False] * 5
        scene.gate.set()
        await desk.all_come_to(ids, State.COMPLETED)
    finally:
        scene.gate.set()
        await runner.stop(5)
        await task
        box.close()


@pytest.mark.usefixtures("held")
async def test_a_thread_takes_the_next_one_while_the_loop_is_blocked(desk: Desk):
    scene = Scene(thread=True)
    async with holding(desk, scene) as (slow, ids):
        began = len(scene.began)
        scene.gate.set()
        deadline = time.monotonic() + 5
        while len(scene.began) < began + 5 and time.monotonic() < deadline:
            # It is the loop that is to be blocked.
            time.sleep(0.001)
        assert scene.began[-6:] == [slow, *ids]


async def test_a_plain_function_that_returns_a_coroutine_keeps_its_slot(desk: Desk):
    class Over(Worker):
        type = "mixed"
        concurrency = 1
        at_once: ClassVar[list[int]] = []
        most: ClassVar[list[int]] = []

        def process(self, job: Job) -> Any:
            async def rest() -> None:
                self.at_once.append(job.id)
                self.most.append(len(self.at_once))
                await asyncio.sleep(0)
                self.at_once.remove(job.id)

            return rest()

    async with running(desk.store, Over):
        await desk.all_come_to(await desk.submit_many(200, "mixed"), State.COMPLETED)
    assert set(Over.most) == {1}
