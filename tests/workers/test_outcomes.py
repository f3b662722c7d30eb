"""What a worker returns or raises, and what becomes of the job."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict

import pytest
from msgspec import Struct

from tasuki import Backoff, Cancel, Fail, Job, Retry, Snooze, State, Worker, worker
from tasuki.workers.attempt import attempt
from tests.support import eventually
from tests.workers.desk import Desk, running

NOW = Backoff.fixed(0)


class Scripted(Worker):
    """Does what the job's data say, in the event loop."""

    type = "scripted"
    attempts = 2
    backoff = NOW

    async def process(self, job: Job) -> Any:
        return act(job)


class ScriptedThread(Worker):
    """The same in a thread."""

    type = "threaded"
    attempts = 2
    backoff = NOW

    def process(self, job: Job) -> Any:
        return act(job)


class BadText(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text for you")


RAISES: dict[str, BaseException] = {
    "raise": ValueError("it broke"),
    "fail": Fail("no such user"),
    "cancel": Cancel("obsolete"),
    "snooze": Snooze(3600),
    "retry": Retry("later", after=3600),
    "exit": SystemExit(3),
    "interrupt": KeyboardInterrupt(),
    "cancelled error": asyncio.CancelledError(),
    "surrogate": ValueError("half \ud800 of a pair"),
    "bad text": BadText(),
}


def act(job: Job) -> Any:
    match job.data["do"]:
        case "return":
            return job.data.get("value")
        case "fail once" if job.attempt > 1:
            return "second time"
        case "fail once":
            raise ValueError("only once")
        case "object":
            return object()
        case "nan":
            return float("nan")
        case what:
            raise RAISES[what]


@pytest.fixture
async def runner(desk: Desk) -> AsyncIterator[None]:
    async with running(desk.store, Scripted, ScriptedThread):
        yield


@pytest.fixture(params=["scripted", "threaded"])
def type_(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.usefixtures("runner")
class TestOutcomes:
    async def test_what_is_returned_is_the_result(self, desk: Desk, type_: str) -> None:
        id = await desk.submit(type_, {"do": "return", "value": {"n": [1, "é"]}})
        job = await desk.comes_to(id, State.COMPLETED)
        assert bytes(job.result or b"").decode() == '{"n":[1,"é"]}'
        assert job.attempts.made == 1
        assert job.started_at is not None
        assert job.finished_at is not None
        assert job.created_at <= job.started_at <= job.finished_at

    async def test_returning_nothing_is_the_result_null(self, desk: Desk, type_: str) -> None:
        id = await desk.submit(type_, {"do": "return"})
        assert bytes((await desk.comes_to(id, State.COMPLETED)).result or b"") == b"null"

    async def test_raising_is_failure_and_uses_an_attempt(self, desk: Desk, type_: str) -> None:
        id = await desk.submit(type_, {"do": "raise"})
        job = await desk.comes_to(id, State.FAILED)
        assert job.attempts.made == job.attempts.max == 2
        assert job.reason == "error"
        assert job.error is not None
        assert (job.error.type, job.error.message) == ("ValueError", "it broke")
        assert "test_outcomes.py" in job.error.traceback
        assert "attempt.py" not in job.error.traceback

    async def test_a_later_attempt_can_succeed(self, desk: Desk, type_: str) -> None:
        id = await desk.submit(type_, {"do": "fail once"})
        job = await desk.comes_to(id, State.COMPLETED)
        assert job.attempts.made == 2
        assert job.error is None

    async def test_retry_waits_as_long_as_it_says(self, desk: Desk, type_: str) -> None:
        id = await desk.submit(type_, {"do": "retry"})
        job = await desk.comes_to(id, State.SCHEDULED)
        assert job.reason == "backoff"
        assert job.attempts.made == 1
        assert job.run_at is not None
        assert 3590 < (job.run_at - job.created_at).total_seconds() < 3610
        assert job.error is not None
        assert job.error.message == "later"

    async def test_fail_uses_no_more_attempts(self, desk: Desk, type_: str) -> None:
        job = await desk.comes_to(await desk.submit(type_, {"do": "fail"}), State.FAILED)
        assert job.attempts.made == 1
        assert job.error is not None
        assert job.error.message == "no such user"

    async def test_cancel_ends_as_cancelled(self, desk: Desk, type_: str) -> None:
        await desk.comes_to(await desk.submit(type_, {"do": "cancel"}), State.CANCELLED)

    async def test_snooze_does_not_count(self, desk: Desk, type_: str) -> None:
        job = await desk.comes_to(await desk.submit(type_, {"do": "snooze"}), State.SCHEDULED)
        assert job.attempts.made == 0
        assert job.error is None

    @pytest.mark.parametrize(
        ("do", "error"),
        [
            ("exit", "SystemExit"),
            ("interrupt", "KeyboardInterrupt"),
            ("cancelled error", "CancelledError"),
            ("surrogate", "ValueError"),
            ("bad text", "BadText"),
        ],
    )
    async def test_whatever_is_raised_is_a_failure_and_the_runner_lives_on(
        self, desk: Desk, type_: str, do: str, error: str
    ) -> None:
        id = await desk.submit(type_, {"do": do}, attempts=1)
        job = await desk.comes_to(id, State.FAILED)
        assert job.error is not None
        assert job.error.type == error
        again = await desk.submit(type_, {"do": "return"})
        await desk.comes_to(again, State.COMPLETED)

    @pytest.mark.parametrize("do", ["object", "nan"])
    async def test_a_result_that_is_not_json_fails_without_another_attempt(
        self, desk: Desk, type_: str, do: str
    ) -> None:
        job = await desk.comes_to(await desk.submit(type_, {"do": do}), State.FAILED)
        assert job.reason == "result"
        assert job.attempts.made == 1
        assert job.error is not None
        assert "result" in job.error.message

    async def test_the_jobs_own_attempts_win_over_the_workers(self, desk: Desk, type_: str) -> None:
        id = await desk.submit(type_, {"do": "raise"}, attempts=4)
        job = await desk.comes_to(id, State.FAILED)
        assert job.attempts.made == job.attempts.max == 4

    async def test_keep_0_removes_the_job_when_it_has_completed(
        self, desk: Desk, type_: str
    ) -> None:
        id = await desk.submit(type_, {"do": "return"}, keep=0)

        async def gone() -> bool:
            return not await desk.reader.jobs([id])

        await eventually(gone)


class Point(Struct):
    x: int
    y: int


@dataclass
class DataPoint:
    x: int
    y: int


class DictPoint(TypedDict):
    x: int
    y: int


class StructWorker(Worker):
    type = "struct"

    async def process(self, job: Job[Point]) -> int:
        return job.data.x + job.data.y


class DataclassWorker(Worker):
    type = "dataclass"

    def process(self, job: Job[DataPoint]) -> int:
        return job.data.x + job.data.y


@worker("typeddict")
async def add(job: Job[DictPoint]) -> int:
    return job.data["x"] + job.data["y"]


@worker("written as text")
async def add_text(job: "Job[Point]") -> int:
    return job.data.x + job.data.y


TYPED = (StructWorker, DataclassWorker, add, add_text)


@pytest.mark.parametrize("type", ["struct", "dataclass", "typeddict", "written as text"])
async def test_typed_data_are_read_or_refused_with_the_field(desk: Desk, type: str) -> None:
    async with running(desk.store, *TYPED):
        good = await desk.submit(type, {"x": 1, "y": 2})
        bad = await desk.submit(type, {"x": 1, "y": "two"})
        done = await desk.comes_to(good, State.COMPLETED)
        assert bytes(done.result or b"") == b"3"
        refused = await desk.comes_to(bad, State.FAILED)
    assert refused.reason == "invalid"
    assert refused.attempts.made == 1
    assert refused.error is not None
    assert "$.y" in refused.error.message


class PydanticLike:
    """Stands for a pydantic model: what Tasuki needs of one is `model_validate_json`."""

    def __init__(self, x: int) -> None:
        self.x = x

    @classmethod
    def model_validate_json(cls, text: str) -> "PydanticLike":
        if '"x":' not in text:
            raise ValueError("x: Field required")
        return cls(int(text.rpartition(":")[2].rstrip("}")))


@worker("pydantic")
async def double(job: Job[PydanticLike]) -> int:
    return job.data.x * 2


async def test_a_pydantic_model_reads_the_data_itself(desk: Desk) -> None:
    async with running(desk.store, double):
        good, bad = await desk.submit("pydantic", {"x": 4}), await desk.submit("pydantic", {})
        assert bytes((await desk.comes_to(good, State.COMPLETED)).result or b"") == b"8"
        refused = await desk.comes_to(bad, State.FAILED)
    assert refused.error is not None
    assert "x: Field required" in refused.error.message


class Slow(Worker):
    type = "slow"
    attempts = 1

    async def process(self, job: Job) -> str:
        await asyncio.sleep(job.data["seconds"])
        return "done"


async def test_an_attempt_that_takes_too_long_is_stopped(desk: Desk) -> None:
    async with running(desk.store, Slow):
        id = await desk.submit("slow", {"seconds": 3600}, timeout=0.1)
        job = await desk.comes_to(id, State.FAILED)
    assert job.reason == "timeout"
    assert job.error is not None
    assert job.error.message == "the attempt took longer than 0.1 s"


class Stubborn(Worker):
    type = "stubborn"
    attempts = 1

    async def process(self, job: Job) -> str:
        while not job.data["until"] <= job.attempt:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                return "went on all the same"
        return ""


async def test_what_is_returned_after_the_timeout_does_not_count(desk: Desk) -> None:
    async with running(desk.store, Stubborn):
        id = await desk.submit("stubborn", {"until": 2}, timeout=0.05)
        job = await desk.comes_to(id, State.FAILED)
    assert job.reason == "timeout"


class Polite(Worker):
    type = "polite"
    attempts = 1

    def process(self, job: Job) -> str:
        deadline = time.monotonic() + 10
        while not job.cancelled and time.monotonic() < deadline:
            time.sleep(0.005)
        return "stopped when asked"


async def test_a_thread_learns_that_its_time_is_over(desk: Desk) -> None:
    async with running(desk.store, Polite):
        id = await desk.submit("polite", timeout=0.05)
        job = await desk.comes_to(id, State.FAILED)
    assert job.reason == "timeout"


class Deaf(Worker):
    """Goes on whatever happens, until `end` is set."""

    type = "deaf"
    attempts = 1
    end: ClassVar[asyncio.Event]

    async def process(self, job: Job) -> None:
        while not self.end.is_set():
            try:
                await self.end.wait()
            except asyncio.CancelledError:
                continue


class DeafThread(Worker):
    """The same in a thread."""

    type = "deaf thread"
    attempts = 1
    end: ClassVar[threading.Event]

    def process(self, job: Job) -> None:
        self.end.wait(10)


@pytest.mark.parametrize("type", ["deaf", "deaf thread"])
async def test_an_attempt_that_ignores_its_end_is_settled_without_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, type: str
) -> None:
    monkeypatch.setattr(attempt, "STUBBORN_SECONDS", 0.1)
    Deaf.end, DeafThread.end = asyncio.Event(), threading.Event()
    async with running(desk.store, Deaf, DeafThread):
        id = await desk.submit(type, timeout=0.05)
        job = await desk.comes_to(id, State.FAILED)
        Deaf.end.set()
        DeafThread.end.set()
    assert job.reason == "timeout"
    assert (await desk.reader.job(id)).state is State.FAILED
