"""What is inside a callable that users hand in: through decorators, partials and objects."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any


def layers(function: Any) -> Iterator[Any]:
    """The callable itself, what it wraps, what that wraps, and so on; the innermost comes last.

    Decorators are seen through if they use `functools.wraps`, as are `functools.partial`, methods
    and objects with `__call__`.
    """
    seen: set[int] = set()
    inner = function
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        yield inner
        inner = _inside(inner)


def _inside(function: Any) -> Any:
    if isinstance(function, (functools.partial, functools.partialmethod)):
        return function.func
    if inspect.ismethod(function):
        return function.__func__
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None or inspect.isroutine(function) or inspect.isclass(function):
        return wrapped
    return getattr(type(function), "__call__", None)  # noqa: B004 - it is looked into, not called


def is_asynchronous(function: Any) -> bool:
    """Whether the work is done by an `async def`, be it below decorators."""
    return any(inspect.iscoroutinefunction(layer) for layer in layers(function))


def is_generator(function: Any) -> bool:
    """Whether it has a `yield` itself, so that calling it does nothing yet.

    What has one below a decorator may be called by that in its own way.
    """
    plain = inspect.isroutine(function) or isinstance(function, functools.partial)
    outer = function if plain else _inside(function)
    return inspect.isgeneratorfunction(outer) or inspect.isasyncgenfunction(outer)


def awaiting(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """The same as an `async def`, whether what it returns has to be awaited or not."""

    async def call(*args: Any) -> Any:
        return await finished(function(*args))

    return call


async def finished(found: Any) -> Any:
    """What was returned; a coroutine, or anything else that can be awaited, is awaited first."""
    return await found if inspect.isawaitable(found) else found
