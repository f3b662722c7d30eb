# pyright: basic, reportMissingImports=false
"""SAQ. The module is at once the app its worker loads and the side the harness talks to."""

import asyncio
import sys
import time
from importlib.metadata import version

from redis import asyncio as aioredis
from saq.queue.redis import RedisQueue

from benchmarks import latency, protocol
from benchmarks.ledger import Ledger
from benchmarks.payload import payload

queue = RedisQueue(aioredis.from_url(protocol.store_url()))
ledger = Ledger.from_environment()

GATHERED = 1000
"""Calls of `enqueue` that wait at a time; the queue lets 20 of them through at once by itself."""


async def noop(context: dict, *, n: int, x: str) -> None:
    ledger.start(n)


settings = {"queue": queue, "functions": [noop]}
settings_100 = {**settings, "concurrency": 100}


def _worker(name: str) -> list[str]:
    return [sys.executable, "-m", "saq", f"{__spec__.name}.{name}"]


async def hello() -> dict:
    return {
        "versions": {name: version(name) for name in ("saq", "redis", "hiredis")},
        "workers": {
            "default, concurrency 10": _worker("settings"),
            "concurrency 100": _worker("settings_100"),
        },
        "single": "enqueue in a loop",
        "bulk": ["enqueue in a loop", "enqueue gathered"],
    }


async def enqueue(how: str, count: int) -> dict:
    before = time.perf_counter()
    if how == "enqueue in a loop":
        for n in range(count):
            await queue.enqueue("noop", **payload(n))
    else:
        for first in range(0, count, GATHERED):
            numbers = range(first, min(first + GATHERED, count))
            await asyncio.gather(*(queue.enqueue("noop", **payload(n)) for n in numbers))
    return {"seconds": time.perf_counter() - before}


async def pending() -> int:
    """Jobs that are not finished yet: finishing removes the job from this set."""
    return await queue.count("incomplete")


async def pick_up(samples: int, seconds: float, pause: float) -> dict:
    async def send(n: int) -> None:
        await queue.enqueue("noop", **payload(n))

    count = await latency.sample(send, pending, samples=samples, seconds=seconds, pause=pause)
    return {"count": count}


if __name__ == "__main__":
    operations = {f.__name__: f for f in (hello, enqueue, pending, pick_up)}
    asyncio.run(protocol.serve(operations))
