"""Running coroutines without an event loop."""

from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for no event loop, such as one on a blocking connection.

    Raises:
        RuntimeError: it does wait for one.
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    coroutine.close()
    raise RuntimeError(f"{coroutine} waits for an event loop, and there is none")


def drive_each(items: AsyncIterator[T]) -> Iterator[T]:
    """Go through an asynchronous iterator that waits for no event loop."""
    try:
        while True:
            try:
                item = drive(_next(items))
            except StopAsyncIteration:
                return
            yield item
    finally:
        if isinstance(items, AsyncGenerator):
            drive(items.aclose())


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)
