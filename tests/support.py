"""Helpers for all tests."""

import asyncio
import inspect
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import valkey

T = TypeVar("T")
Plain = Any
"""A blocking client. By its own annotations every reply of it might be an awaitable, so they go."""

POLL_SECONDS = 0.01
USUAL_START_SECONDS = 0.3


async def eventually(predicate: Callable[[], T | Awaitable[T]], seconds: float = 5) -> T:
    """Wait until a condition holds, and give its value. The condition may be async."""
    deadline = time.monotonic() + seconds
    while True:
        found = predicate()
        value = cast("T", await found if inspect.isawaitable(found) else found)
        if value:
            return value
        _still_time(deadline, value)
        await asyncio.sleep(POLL_SECONDS)


def eventually_sync(predicate: Callable[[], T], seconds: float = 5) -> T:
    """As `eventually`, for tests without an event loop."""
    deadline = time.monotonic() + seconds
    while not (value := predicate()):
        _still_time(deadline, value)
        time.sleep(POLL_SECONDS)
    return value


def _still_time(deadline: float, value: object) -> None:
    assert time.monotonic() < deadline, f"it did not happen in time; the last value was {value!r}"


@contextmanager
def plain_client(url: str) -> Iterator[Plain]:
    """A blocking client without any of Tasuki in it, to look at keys and to plant things."""
    client: Plain = valkey.Valkey.from_url(
        url, decode_responses=True, encoding_errors="backslashreplace"
    )
    try:
        yield client
    finally:
        client.close()


def tag(key: str) -> str:
    """The part of a key that names its namespace and partition, or the whole key."""
    return key.partition("}")[0] if key.startswith("{") else key


# What a namespace keeps when it has no jobs and no runners any more; bells are one per type.
BOOKKEEPING = frozenset(
    [
        "layout",
        "seq",
        "types",
        "paused",
        "claimed",
        "suspects",
        "counts",
        "stats",
        "events",
        "clock",
        "bell",
        "ripe",
        "live",
        "idle",
        "terms",
    ]
)


def left_behind(client: Plain, namespace: str) -> set[str]:
    """The keys of a namespace that never go away by themselves, without the bookkeeping."""
    return {
        key
        for key in client.scan_iter(match=f"{{{namespace}:*", count=1_000)
        if key.partition("}:")[2].partition(":")[0] not in BOOKKEEPING and client.ttl(key) == -1
    }


def slowness() -> float:
    """How many times slower than usual the machine is, by how long a process takes to begin."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import tasuki.cli.entry, tasuki.workers"], check=True)
    return max(1.0, (time.monotonic() - began) / USUAL_START_SECONDS)
