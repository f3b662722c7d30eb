"""How workers are found in an app, and what is wrong with those that are not complete."""

from collections.abc import AsyncIterator, Iterator
from enum import IntEnum
from types import ModuleType
from typing import Any

import pytest

from tasuki import Backoff, Job, Worker, worker
from tasuki.model.errors import AppError
from tasuki.workers.registry import Registry


async def handle(self: Worker, job: Job) -> None: ...


def handle_in_thread(self: Worker, job: Job) -> None: ...


def yields(self: Worker, job: Job) -> Iterator[int]:
    yield 1


async def yields_in_loop(self: Worker, job: Job) -> AsyncIterator[int]:
    yield 1


def made(**attributes: Any) -> type[Worker]:
    return type("Made", (Worker,), {"type": "made", "process": handle, **attributes})


def module(source: str) -> ModuleType:
    found = ModuleType("app")
    exec(source, found.__dict__)  # noqa: S102 - the source is written below
    return found


APP = """
from tasuki.workers.worker import Worker, worker

class Base(Worker):
    async def process(self, job): ...

class Email(Base):
    type = "email"

class Many(Base):
    types = ("one", "two")

@worker("digest", concurrency=3)
def digest(job): ...

not_a_worker = 5
"""


def test_a_module_gives_its_classes_and_functions() -> None:
    registry = Registry.of(module(APP))
    assert registry.types == ["digest", "email", "one", "two"]
    assert registry.specs["digest"].concurrency == 3
    assert registry.specs["digest"].run_in == "thread"
    assert registry.specs["email"].run_in == "loop"
    assert len(registry.workers) == 3


def test_what_a_module_only_imports_is_not_its_own() -> None:
    other = module(APP)
    importing = ModuleType("importing")
    vars(importing)["Email"] = vars(other)["Email"]
    with pytest.raises(AppError, match="no workers found"):
        Registry.of(importing)


def test_the_defaults() -> None:
    spec = Registry.of(made()).specs["made"]
    assert (spec.concurrency, spec.attempts, spec.timeout) == (100, 3, None)
    assert spec.backoff == Backoff.exponential(base=2, cap=300)
    assert Registry.of(made(process=handle_in_thread)).specs["made"].concurrency == 10


def test_a_decorated_function_stays_a_function() -> None:
    @worker("double")
    def double(job: Any) -> int:
        return job * 2

    assert double(4) == 8
    assert Registry.of([double]).types == ["double"]


def written(case: dict[str, Any] | str) -> str:
    """A case as text that is the same in every process: functions by their names."""
    if isinstance(case, str):
        return case
    return ", ".join(f"{name}={getattr(value, '__name__', value)}" for name, value in case.items())


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"type": ""}, 'names no type of job: set `type = "..."`'),
        ({"type": "a\nb"}, "type: must not contain control characters"),
        ({"type": "x" * 201}, "type: must be at most 200 bytes"),
        ({"type": "", "types": "email"}, "types: must be a list of names"),
        ({"process": Worker.process}, "process: is missing"),
        ({"concurrency": 0}, "concurrency: must be from 1 to 1000"),
        ({"concurrency": 1.5}, "concurrency: must be from 1 to 1000"),
        ({"concurrency": True}, "concurrency: must be from 1 to 1000, as a whole number"),
        ({"concurrency": "8"}, "concurrency: must be from 1 to 1000"),
        ({"attempts": True}, "attempts: must be a whole number"),
        ({"timeout": True}, "timeout: must be a number of seconds"),
        ({"timeout": 252_460_800_000}, "timeout: must be between 0 and"),
        ({"attempts": 0}, "attempts: must be between 1"),
        ({"attempts": "3"}, "attempts: must be a whole number"),
        ({"backoff": 5}, "backoff: must be Backoff.fixed"),
        ({"backoff": ()}, "backoff: must list 1 to 100 delays"),
        ({"timeout": 0}, "timeout: must be more than 0 seconds"),
        ({"timeout": "1"}, "timeout: must be a number of seconds"),
        ({"run_in": "process"}, "'process' is not available yet"),
        ({"run_in": "fiber"}, "run_in: must be 'loop' or 'thread', not 'fiber'"),
        ({"run_in": "thread"}, "process must be a plain `def`"),
        ({"run_in": "loop", "process": handle_in_thread}, "process must be `async def`"),
        ({"process": yields}, "process: has a `yield`"),
        ({"process": yields_in_loop}, "process: has a `yield`"),
        ({"setup": 5}, "setup: must be a method, not 5"),
        ({"setup": yields}, "setup: has a `yield`"),
        ({"teardown": handle}, "teardown: is called with no arguments, as `teardown(self)`"),
        ({"type": "", "types": 7}, "types: must be a list of names"),
        ({"process": 5}, "process: must be a method, not 5"),
        ({"process": None}, "process: must be a method, not None"),
        ({"process": lambda _: None}, "process: is called with the job and nothing else"),
        ({"process": lambda _, job, more: None}, "missing a required argument: 'more'"),
    ],
    ids=written,
)
def test_a_worker_that_is_not_complete_is_refused(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(AppError) as caught:
        Registry.of([made(**attributes)])
    assert message in str(caught.value)
    assert "worker Made:" in str(caught.value)


def test_a_type_has_one_worker() -> None:
    with pytest.raises(AppError, match="type 'made' has two workers: Made and Made"):
        Registry.of([made(), made()])


def test_a_worker_that_cannot_be_made() -> None:
    def broken(self: Worker) -> None:
        raise ValueError("no")

    with pytest.raises(AppError, match=r"worker Made cannot be made: ValueError\('no'\)"):
        Registry.of([made(__init__=broken)])


def test_a_decorator_without_a_type() -> None:
    with pytest.raises(TypeError, match="name the type of job"):
        worker(lambda job: job)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("unmarkable", [Worker, 5, len], ids=["class", "number", "builtin"])
def test_what_is_no_function_of_yours_cannot_be_marked(unmarkable: Any) -> None:
    with pytest.raises(TypeError, match="@worker"):
        worker("email")(unmarkable)


def test_numbers_of_derived_classes_are_taken() -> None:
    spec = Registry.of(made(concurrency=Few.THREE, attempts=Few.THREE, timeout=Few.THREE)).specs
    made_plain = [spec["made"].concurrency, spec["made"].attempts, spec["made"].timeout]
    assert repr(made_plain) == "[3, 3, 3]"


class Few(IntEnum):
    THREE = 3
