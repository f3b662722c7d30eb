"""One attempt by itself: its steps, and what it is told, in the loop and in threads."""

import asyncio
import inspect
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tasuki import Job, Worker
from tasuki.model.errors import StoreError, StoreUnavailableError
from tasuki.model.outcome import Cancelled, Completed, Failed, Outcome, Released
from tasuki.workers.attempt import fetching
from tasuki.workers.attempt.attempt import Attempt, Host
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.attempt.timeouts import Timeouts
from tasuki.workers.places import pool
from tasuki.workers.places.places import Places
from tasuki.workers.spec import specs_of
from tests.support import eventually

RECORD = '1700000000000 0 0 x\n\n{"n":1}'


class Lone:
    """What a runner is to one attempt."""

    def __init__(self, process: Callable[..., Any], **options: Any) -> None:
        kind = type("Kind", (Worker,), {"type": "x", "process": process, **options})
        self.spec = specs_of(kind())[0]
        self.outcomes: list[Outcome] = []
        self.left = 0
        self.noted = 0
        self.begun = 0
        self.box = BlackBox.create()
        self.data: list[Any] = []
        self.host = Host(
            loop=asyncio.get_running_loop(),
            box=self.box,
            timeouts=Timeouts(asyncio.get_running_loop()),
            fetch=self._fetch,
            result_limit=100,
            settled=lambda _, outcome: self.outcomes.append(outcome),
            left=self._left,
            noted=lambda _: self._count("noted"),
            begins=lambda: self._count("begun"),
            stuck=lambda _: None,
            thread=threading.get_ident(),
        )
        self.place = Places({"x": self.spec})["x"]

    def attempt(self, record: str = RECORD, tries: str = "") -> Attempt:
        return Attempt(self.host, self.place, self.spec, "A7", "1700000000000123", record, tries)

    async def outcome(self) -> Outcome:
        """What it comes to, once it has left."""
        await eventually(lambda: self.left)
        assert self.left == 1
        assert self.box.begun() == []
        [outcome] = self.outcomes
        return outcome

    def _left(self, attempt: Attempt) -> None:
        self._count("left")
        if attempt.cell is not None:
            self.box.end(attempt.cell)

    def _count(self, what: str) -> None:
        setattr(self, what, getattr(self, what) + 1)

    async def _fetch(self, ref: str, size: int) -> str | None:
        found = self.data.pop(0)
        if isinstance(found, Exception):
            raise found
        return await found if inspect.isawaitable(found) else found


def both(*, result: Any = None, seen: list[Any] | None = None) -> list[Callable[..., Any]]:
    """The same worker for the loop and for threads."""

    async def loop(self: Worker, job: Job) -> Any:
        if seen is not None:
            seen.append(job.data)
        return result

    def thread(self: Worker, job: Job) -> Any:
        if seen is not None:
            seen.append(job.data)
        return result

    return [loop, thread]


PLACES = pytest.mark.parametrize("place", [0, 1], ids=["loop", "thread"])


@PLACES
async def test_what_it_returns_is_its_outcome(place: int):
    lone = Lone(both(result={"a": [1]})[place])
    lone.attempt().start()
    assert await lone.outcome() == Completed('{"a":[1]}')


@PLACES
@pytest.mark.parametrize("why", list(Stop))
async def test_one_that_is_stopped_before_its_first_step_ends_and_runs_nothing(
    place: int, why: Stop
):
    seen = list[Any]()
    lone = Lone(both(seen=seen)[place])
    attempt = lone.attempt()
    if place == 1:
        # A thread could be quicker than this test.
        attempt.stop(why)
        attempt.start()
    else:
        attempt.start()
        attempt.stop(why)
    await lone.outcome()
    assert seen == []


async def test_one_that_ended_before_it_was_told_to_stop_keeps_its_outcome():
    done = threading.Event()

    def process(self: Worker, job: Job) -> str:
        done.set()
        return "whole"

    lone = Lone(process)
    attempt = lone.attempt()
    attempt.start()
    # The loop does not turn meanwhile, so it has not heard of the end.
    done.wait(5)
    deadline = time.monotonic() + 5
    while attempt.cell is None and time.monotonic() < deadline:
        time.sleep(0.001)
    attempt.stop(Stop.CANCEL)
    assert await lone.outcome() == Completed('"whole"')


@pytest.mark.parametrize(
    ("why", "outcome"),
    [(Stop.CANCEL, Cancelled), (Stop.RELEASE, Released), (Stop.TIMEOUT, Failed)],
)
@pytest.mark.parametrize("how", ["returns", "raises"])
@PLACES
async def test_what_it_comes_to_after_it_was_told_to_stop_does_not_count(
    place: int, why: Stop, outcome: type, how: str
):
    def end() -> str:
        if how == "raises":
            raise ValueError("torn")
        return "half"

    async def loop(self: Worker, job: Job) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return end()
        raise AssertionError

    def thread(self: Worker, job: Job) -> str:
        while not job.cancelled:
            time.sleep(0.001)
        return end()

    lone = Lone([loop, thread][place], attempts=1)
    attempt = lone.attempt()
    attempt.start()
    await eventually(lone.box.begun)
    attempt.stop(why)
    assert isinstance(await lone.outcome(), outcome)


@PLACES
async def test_a_result_may_be_as_large_as_the_limit_and_no_larger(place: int):
    for size, outcome in ((98, Completed), (99, Failed)):
        lone = Lone(both(result="x" * size)[place])
        lone.attempt().start()
        found = await lone.outcome()
        assert isinstance(found, outcome)
        if isinstance(found, Failed):
            assert found.reason == "result"
            assert "takes 101 bytes" in found.error.message


@PLACES
@pytest.mark.parametrize(
    "record",
    ["", "garbage", "1 2 3", "1 0 0 x\n{\n{}", "x 0 0 x\n\n{}", '1 0 0 x\n{"attempts":{}}\n'],
)
async def test_a_record_that_cannot_be_read_fails_this_job_alone(place: int, record: str):
    lone = Lone(both()[place])
    attempt = lone.attempt(record)
    assert attempt.deadline is not None
    attempt.start()
    found = await lone.outcome()
    assert isinstance(found, Failed)
    assert found.reason == "record"


@PLACES
async def test_tries_that_cannot_be_read_fail_this_job_alone(place: int):
    lone = Lone(both()[place])
    lone.attempt(tries="garbage").start()
    assert isinstance(await lone.outcome(), Failed)


@PLACES
async def test_a_timeout_beyond_the_calendar_is_none(place: int):
    deadlines = list[Any]()

    async def loop(self: Worker, job: Job) -> None:
        deadlines.append(job.deadline)

    def thread(self: Worker, job: Job) -> None:
        deadlines.append(job.deadline)

    lone = Lone([loop, thread][place])
    lone.attempt('1700000000000 0 0 x\n{"timeout":252460800000}\n{}').start()
    assert isinstance(await lone.outcome(), Completed)
    assert deadlines[0].year == 9999


async def test_a_plain_function_may_return_a_coroutine():
    async def work(job: Job) -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    lone = Lone(lambda self, job: work(job))
    lone.attempt().start()
    assert await lone.outcome() == Completed('"MainThread"')


async def test_a_coroutine_from_a_plain_function_is_cancelled_like_any_other():
    async def work(job: Job) -> None:
        await asyncio.Event().wait()

    lone = Lone(lambda self, job: work(job), attempts=1, timeout=0.05)
    lone.attempt().start()
    found = await lone.outcome()
    assert isinstance(found, Failed)
    assert found.reason == "timeout"


async def test_a_job_may_cancel_its_own_task():
    async def process(self: Worker, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    lone = Lone(process, attempts=1)
    lone.attempt().start()
    found = await lone.outcome()
    assert isinstance(found, Failed)
    assert found.error.type == "CancelledError"


@PLACES
async def test_large_data_are_fetched_first(place: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fetching, "FETCH_AGAIN_SECONDS", 0.05)
    seen = list[Any]()
    lone = Lone(both(seen=seen)[place], timeout=0.04, attempts=1)
    away = StoreUnavailableError("away")
    lone.data = [away, away, '{"n":2}']
    attempt = large(lone)
    attempt.start()
    # The time of the attempt begins when the data are there.
    assert isinstance(await lone.outcome(), Completed)
    assert seen == [{"n": 2}]
    assert lone.begun == 1


@pytest.mark.parametrize("data", [None, StoreError("the store answered: odd")])
async def test_data_that_are_gone_fail_this_job_alone(data: Any):
    lone = Lone(both()[0])
    lone.data = [data]
    large(lone).start()
    found = await lone.outcome()
    assert isinstance(found, Failed)
    assert found.reason == "record"


@pytest.mark.parametrize("turns", [0, 1, 5])
async def test_one_can_be_stopped_while_its_data_are_fetched(turns: int):
    lone = Lone(both()[0])
    lone.data = [asyncio.get_running_loop().create_future()]
    attempt = large(lone)
    attempt.start()
    for _ in range(turns):
        await asyncio.sleep(0)
    attempt.stop(Stop.RELEASE)
    assert await lone.outcome() == Released()


def large(lone: Lone) -> Attempt:
    return lone.attempt("1700000000000 0 0 x\n\n@9999 {")


async def test_when_there_is_no_thread_it_waits_for_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "HIRE_SECONDS", 0.02)
    start, refused = threading.Thread.start, list[int]()

    def full(self: threading.Thread) -> None:
        if self.name.startswith(pool.THREAD_NAME) and len(refused) < 3:
            refused.append(1)
            raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(threading.Thread, "start", full)
    lone = Lone(both(result=1)[1])
    lone.attempt().start()
    assert await lone.outcome() == Completed("1")
    assert len(refused) == 3


async def test_notes_may_come_from_any_thread():
    async def process(self: Worker, job: Job) -> None:
        job.log("from the loop")
        await asyncio.to_thread(job.log, "from a thread")

    lone = Lone(process)
    attempt = lone.attempt()
    attempt.start()
    await lone.outcome()
    assert lone.noted == 2
    assert attempt.take_notes() == (None, ["from the loop", "from a thread"])


@PLACES
async def test_what_is_said_after_the_end_is_not_kept(place: int):
    jobs = list[Job]()

    async def loop(self: Worker, job: Job) -> None:
        jobs.append(job)

    def thread(self: Worker, job: Job) -> None:
        jobs.append(job)

    lone = Lone([loop, thread][place])
    attempt = lone.attempt()
    attempt.start()
    await lone.outcome()
    jobs[0].log("too late")
    jobs[0].progress(1)
    assert attempt.take_notes() == (None, [])
    assert lone.noted == 0
