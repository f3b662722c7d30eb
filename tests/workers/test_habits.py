"""How people write workers: decorators of their own, partials, objects, plain and async hooks."""

import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import pytest

from tasuki import State, Worker, worker
from tasuki.model.errors import AppError
from tasuki.workers.registry import Registry
from tests.workers.desk import Desk, running


def traced(function: Any) -> Any:
    """Plain outside, whatever it wraps."""

    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


def timed(function: Any) -> Any:
    """Async outside."""

    @functools.wraps(function)
    async def wrapper(*args: Any) -> Any:
        return await function(*args)

    return wrapper


class Counted:
    """A decorator that is a class."""

    def __init__(self, function: Any) -> None:
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, *args: Any) -> Any:
        return self._function(*args)


class Sends:
    """An object to call."""

    async def __call__(self, job: Any) -> str:
        return f"sent by {type(self).__name__}"


async def in_loop(job: Any) -> str:
    return "done in the loop"


def in_thread(job: Any) -> str:
    return "done in a thread"


async def greet(greeting: str, job: Any) -> str:
    return greeting


class InClass(Worker):
    type = "it"

    @traced
    async def process(self, job: Any) -> str:
        return "done in a method"


class Partial(Worker):
    type = "it"
    process = staticmethod(functools.partial(greet, "hello"))  # pyright: ignore[reportAssignmentType]


@traced
@worker("it")
@timed
async def marked_inside(job: Any) -> str:
    return "done inside"


FORMS: dict[str, tuple[Any, str, str]] = {
    "plain decorator": (worker("it")(traced(in_loop)), "loop", "done in the loop"),
    "two decorators": (worker("it")(traced(timed(traced(in_loop)))), "loop", "done in the loop"),
    "decorator that is a class": (worker("it")(Counted(in_loop)), "loop", "done in the loop"),
    "the same in a thread": (worker("it")(Counted(in_thread)), "thread", "done in a thread"),
    "partial": (worker("it")(functools.partial(greet, "hello")), "loop", "hello"),
    "partial of a decorated one": (
        worker("it")(functools.partial(traced(greet), "hello")),
        "loop",
        "hello",
    ),
    "object": (worker("it")(Sends()), "loop", "sent by Sends"),
    "method of an object": (worker("it")(traced(Sends().__call__)), "loop", "sent by Sends"),
    "decorated method": (InClass, "loop", "done in a method"),
    "partial as a method": (Partial, "loop", "hello"),
    "decorator above @worker": (marked_inside, "loop", "done inside"),
}


@pytest.mark.parametrize(("app", "where", "says"), FORMS.values(), ids=FORMS)
async def test_what_is_asynchronous_inside_is_awaited(desk: Desk, app: Any, where: str, says: str):
    assert Registry.of(app).specs["it"].run_in == where
    async with running(desk.store, app):
        job = await desk.comes_to(await desk.submit("it"), State.COMPLETED)
    assert bytes(job.result or b"").decode() == f'"{says}"'


def test_a_decorator_above_is_part_of_the_work():
    def shouted(function: Callable[..., str]) -> Callable[..., str]:
        @functools.wraps(function)
        def wrapper(job: Any) -> str:
            return function(job).upper()

        return wrapper

    spec = Registry.of(shouted(worker("it")(in_thread))).specs["it"]
    assert spec.process(None) == "DONE IN A THREAD"  # pyright: ignore[reportArgumentType]


def test_who_says_thread_gets_a_thread():
    """For a decorator that runs the coroutine itself, as `asyncio.run` does."""
    marked = worker("it", run_in="thread")(traced(in_loop))
    assert Registry.of(marked).specs["it"].run_in == "thread"


def test_a_decorator_may_drive_a_generator():
    """As those of Tornado and Twisted do."""

    def driven(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(job: Any) -> Any:
            return list(function(job))

        return wrapper

    def steps(job: Any) -> Any:
        yield from ("one", "two")

    spec = Registry.of(worker("it")(driven(steps))).specs["it"]
    assert spec.process(None) == ["one", "two"]  # pyright: ignore[reportArgumentType]


def test_a_hook_that_is_a_context_manager_is_refused():
    @contextlib.asynccontextmanager
    async def pool(self: Worker) -> AsyncIterator[None]:
        yield

    hooked = type("Hooked", (PlainHooks,), {"setup": pool})
    with pytest.raises(AppError, match="setup: has a `yield`"):
        Registry.of(hooked)


def test_marked_objects_of_a_module_are_found():
    module = ModuleType("app")
    vars(module).update(
        one=worker("one")(functools.partial(greet, "hello")), two=worker("two")(Sends())
    )
    assert Registry.of(module).types == ["one", "two"]


class Hooked(Worker):
    type = "it"

    def __init__(self) -> None:  # does not call that of its base, as people forget
        self.seen: list[str] = []

    def process(self, job: Any) -> str:
        return ",".join(self.seen)


class PlainHooks(Hooked):
    def setup(self) -> None:
        self.seen.append("set up")

    def teardown(self) -> None:
        self.seen.append("torn down")


class AsyncHooks(Hooked):
    async def setup(self) -> None:
        self.seen.append("set up")

    async def teardown(self) -> None:
        self.seen.append("torn down")


class DecoratedHooks(AsyncHooks):
    setup = traced(AsyncHooks.setup)
    teardown = traced(AsyncHooks.teardown)


@pytest.mark.parametrize("kind", [PlainHooks, AsyncHooks, DecoratedHooks], ids=lambda k: k.__name__)
async def test_hooks_may_be_plain_or_async(desk: Desk, kind: type[Hooked]):
    hooked = kind()
    async with running(desk.store, hooked):
        job = await desk.comes_to(await desk.submit("it"), State.COMPLETED)
        assert bytes(job.result or b"") == b'"set up"'
    assert hooked.seen == ["set up", "torn down"]


class Mean(float):
    """As `numpy.float64` is."""


class Size:
    """What a pydantic model looks like from outside."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        return {"width": Mean(1.5), "mode": mode}


@pytest.mark.parametrize(
    ("returned", "result"),
    [(Mean(1.5), "1.5"), ([Size()], '[{"width":1.5,"mode":"json"}]')],
    ids=["number", "model"],
)
async def test_results_are_taken_as_data_are(desk: Desk, returned: Any, result: str):
    @worker("it", attempts=1)
    async def returns(job: Any) -> Any:
        await job.progress(Mean(1), Mean(2))
        return returned

    async with running(desk.store, returns):
        job = await desk.comes_to(await desk.submit("it"), State.COMPLETED)
    assert bytes(job.result or b"").decode() == result
    assert job.progress == {"done": 1.0, "total": 2.0}
