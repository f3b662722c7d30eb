"""All the workers of an app, by the type of job they handle."""

import inspect
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from tasuki.model.errors import AppError
from tasuki.workers.spec import WorkerSpec, specs_of
from tasuki.workers.worker import FUNCTION_MARK, Worker, worker_class


class Registry:
    """The specs of an app, at most one for each type."""

    def __init__(self, specs: Iterable[WorkerSpec]) -> None:
        self.specs: dict[str, WorkerSpec] = {}
        for spec in specs:
            other = self.specs.setdefault(spec.type, spec)
            if other is not spec:
                raise AppError(
                    f"type {spec.type!r} has two workers: {_name(other)} and {_name(spec)}"
                )

    @classmethod
    def of(cls, objects: Any) -> "Registry":
        """The workers found in a module, a class, a function, an instance, or a list of those.

        In a module: every class that derives from `Worker`, has a type and was defined there,
        every such function marked with `@worker`, and every marked object that is no function.

        Raises:
            AppError: there are none, or one of them is not complete.
        """
        workers = list(_collect(objects))
        if not workers:
            raise AppError(
                "no workers found: define a class that derives from tasuki.Worker and has a "
                "`type`, or mark a function with @tasuki.worker(...)"
            )
        return cls(spec for worker in workers for spec in specs_of(worker))

    @property
    def types(self) -> list[str]:
        """All types, sorted."""
        return sorted(self.specs)

    @property
    def workers(self) -> list[Worker]:
        """Each worker once, in the order in which they were found."""
        return list({id(spec.worker): spec.worker for spec in self.specs.values()}.values())


def _collect(objects: Any) -> Iterator[Worker]:
    if isinstance(objects, ModuleType):
        for value in vars(objects).values():
            if _is_own_worker(value, objects.__name__):
                yield from _collect(value)
    elif isinstance(objects, Worker):
        yield objects
    elif inspect.isclass(objects) and issubclass(objects, Worker):
        yield _make(objects)
    elif _is_marked(objects):
        yield _make(worker_class(objects))
    elif isinstance(objects, (list, tuple)):
        for item in objects:
            yield from _collect(item)


def _is_own_worker(value: Any, module: str) -> bool:
    """Whether a value of a module is a worker that was defined there, not only imported.

    It is not asked for its `__class__`, as `isinstance` does: one that stands for something else
    would have to find that now, which it perhaps cannot.
    """
    kind = type(value)
    if issubclass(kind, type):
        if value.__module__ != module or not issubclass(value, Worker):
            return False
        # A class without a type is taken for a base of others.
        return bool(value.type or value.types)
    if kind is FunctionType:
        return value.__module__ == module and _is_marked(value)
    # Of a partial, or another object, it cannot be told where it was made.
    return _is_marked(value)


def _is_marked(value: Any) -> bool:
    if type(value) is FunctionType:
        return hasattr(value, FUNCTION_MARK)
    # Other objects of an app may do anything when they are asked for an attribute.
    return inspect.getattr_static(value, FUNCTION_MARK, None) is not None


def _make(kind: type[Worker]) -> Worker:
    try:
        return kind()
    except Exception as error:
        raise AppError(f"worker {kind.__name__} cannot be made: {error!r}") from error


def _name(spec: WorkerSpec) -> str:
    return type(spec.worker).__name__
