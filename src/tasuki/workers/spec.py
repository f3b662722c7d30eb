"""One worker for one type, checked and complete: what the runner works from."""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from tasuki.model.backoff import DEFAULT_BACKOFF, BackoffRule
from tasuki.model.errors import AppError, InvalidError
from tasuki.model.options import DEFAULT_ATTEMPTS, check_option
from tasuki.model.values.names import check_type
from tasuki.model.values.plain import plain_number
from tasuki.store.messages.runners import WorkerOptions
from tasuki.workers.callables import awaiting, is_asynchronous, is_generator, layers
from tasuki.workers.data_type import data_type
from tasuki.workers.job import Job
from tasuki.workers.worker import RunIn, Worker

LOOP_CONCURRENCY = 100
THREAD_CONCURRENCY = 10
MOST_CONCURRENCY = 1_000

Decoder = Callable[[str], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerSpec:
    """How the jobs of `type` are handled, with all defaults filled in. `timeout` is in seconds."""

    type: str
    worker: Worker
    process: Callable[[Job[Any]], Any]
    run_in: RunIn
    concurrency: int
    attempts: int
    backoff: BackoffRule
    timeout: float | None
    decoder: Decoder | None

    @property
    def options(self) -> str:
        """What others should know of it, as JSON for the store."""
        known = WorkerOptions(
            attempts=self.attempts, timeout=self.timeout, concurrency=self.concurrency
        )
        return msgspec.json.encode(known).decode()


def specs_of(worker: Worker, types: tuple[str, ...] = ()) -> list[WorkerSpec]:
    """Check a worker, and give a spec for each of its types (or of `types` in their place).

    Raises:
        AppError: saying what is wrong with the class, by name.
    """
    name = type(worker).__name__
    try:
        return [_spec(worker, wanted) for wanted in types or _own_types(worker)]
    except InvalidError as error:
        raise AppError(f"worker {name}: {error}") from error


def _own_types(worker: Worker) -> tuple[str, ...]:
    if isinstance(worker.types, str) or not isinstance(worker.types, Iterable):
        raise InvalidError("must be a list of names; use `type` for a single one", field="types")
    types = (worker.type,) if worker.type else tuple(worker.types)
    if not types:
        raise InvalidError('names no type of job: set `type = "..."`', field="type")
    return types


def _spec(worker: Worker, name: str) -> WorkerSpec:
    name = check_type(name)
    process = worker.process
    if type(worker).process is Worker.process:
        raise InvalidError("is missing: write `async def process(self, job)`", field="process")
    for hook in ("setup", "teardown"):
        _check_hook(worker, hook)
    if is_generator(process):
        raise InvalidError("has a `yield`, and would never run: use `return`", field="process")
    _check_call(process, "process", "the job and nothing else, as `process(self, job)`", object())
    run_in = _run_in(worker, process)
    default = LOOP_CONCURRENCY if run_in == "loop" else THREAD_CONCURRENCY
    return WorkerSpec(
        type=name,
        worker=worker,
        process=process if run_in == "thread" or _is_async_def(process) else awaiting(process),
        run_in=run_in,
        concurrency=default if worker.concurrency is None else _concurrency(worker.concurrency),
        attempts=_option(worker, "attempts", DEFAULT_ATTEMPTS),
        backoff=_option(worker, "backoff", DEFAULT_BACKOFF),
        timeout=_option(worker, "timeout", None),
        decoder=_decoder(process),
    )


def _option(worker: Worker, name: str, default: Any) -> Any:
    value = getattr(worker, name)
    return default if value is None else check_option(name, value)


def _concurrency(concurrency: object) -> int:
    number = plain_number(concurrency)
    if not isinstance(number, int) or not 1 <= number <= MOST_CONCURRENCY:
        message = f"must be from 1 to {MOST_CONCURRENCY}, as a whole number"
        raise InvalidError(message, field="concurrency")
    return number


def _check_hook(worker: Worker, name: str) -> None:
    """Refuse a `setup` or `teardown` that could not be called, or would not run."""
    hook = getattr(worker, name)
    if any(is_generator(layer) for layer in layers(hook)):
        raise InvalidError("has a `yield`, and would never run", field=name)
    _check_call(hook, name, f"no arguments, as `{name}(self)`")


def _check_call(method: Callable[..., Any], name: str, how: str, *given: object) -> None:
    """Refuse a method that could not be called in the way in which it will be."""
    if not callable(method):
        raise InvalidError(f"must be a method, not {method!r}", field=name)
    try:
        signature = inspect.signature(method, follow_wrapped=False)
    except ValueError:
        return
    try:
        signature.bind(*given)
    except TypeError as error:
        raise InvalidError(f"is called with {how}: {error}", field=name) from error


def _run_in(worker: Worker, process: Callable[..., Any]) -> RunIn:
    asynchronous = is_asynchronous(process)
    run_in = worker.run_in or ("loop" if asynchronous else "thread")
    if run_in == "process":
        raise InvalidError(
            "'process' is not available yet: use 'thread' for blocking code", field="run_in"
        )
    if run_in not in ("loop", "thread"):
        raise InvalidError(f"must be 'loop' or 'thread', not {run_in!r}", field="run_in")
    if run_in == "loop" and not asynchronous:
        raise InvalidError("is 'loop', so process must be `async def`", field="run_in")
    if run_in == "thread" and _is_async_def(process):
        raise InvalidError("is 'thread', so process must be a plain `def`", field="run_in")
    return run_in


def _is_async_def(process: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine for sure; a decorator may have made it a plain one."""
    return inspect.iscoroutinefunction(process)


def _decoder(process: Callable[..., Any]) -> Decoder | None:
    """What turns data into the type that `process` names in `Job[...]`; None for plain values."""
    named = data_type(process)
    if named is Any:
        return None
    validate = getattr(named, "model_validate_json", None)
    if validate is not None:
        return typing.cast("Decoder", validate)
    try:
        return msgspec.json.Decoder(named).decode
    except TypeError as error:
        message = f"Job[...] names a type that cannot be read: {error}"
        raise InvalidError(message, field="process") from error
