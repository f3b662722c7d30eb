"""Enqueues jobs one by one on an idle queue. The handlers' marks give the pick-up latency."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from benchmarks.ledger import Ledger

_LOOK_AGAIN = 0.001
"""Seconds between two looks at whether the job has started."""

_GIVE_UP = 10.0
"""Seconds after which a job that nobody picked up ends the measurement."""


async def sample(
    enqueue: Callable[[int], Awaitable[object]],
    pending: Callable[[], Awaitable[int]],
    *,
    samples: int,
    seconds: float,
    pause: float,
) -> int:
    """Enqueues up to `samples` jobs within `seconds`; returns how many were enqueued.

    Each waits until the one before has started and is settled, and `pause` seconds more.
    """
    ledger = Ledger.from_environment()
    deadline = time.monotonic() + seconds
    for n in range(samples):
        if time.monotonic() > deadline:
            return n
        ledger.call(n)
        await enqueue(n)
        await _until_idle(pending, ledger, n)
        await asyncio.sleep(pause)
    return samples


async def _until_idle(pending: Callable[[], Awaitable[int]], ledger: Ledger, n: int) -> None:
    deadline = time.monotonic() + _GIVE_UP
    while not ledger.has_started(n) or await pending():
        if time.monotonic() > deadline:
            raise TimeoutError(f"job {n} was not picked up and settled within {_GIVE_UP:.0f} s")
        await asyncio.sleep(_LOOK_AGAIN)
