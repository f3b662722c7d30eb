# pyright: basic, reportMissingImports=false
"""Huey, without results. The module is the app its worker loads and the side of the harness."""

import asyncio
import sys
import time
from importlib.metadata import version

from huey import RedisHuey

from benchmarks import latency, protocol
from benchmarks.ledger import Ledger
from benchmarks.payload import payload
from benchmarks.threads import seconds_of_calls

huey = RedisHuey("noop", url=protocol.store_url(), results=False)
ledger = Ledger.from_environment()


def noop(n: int, x: str) -> None:
    ledger.start(n)


noop.__module__ = __spec__.name  # a task is known by its module, which is `__main__` in the side
task = huey.task()(noop)


def _worker(*options: str) -> list[str]:
    program = "from huey.bin.huey_consumer import consumer_main; consumer_main()"
    return [sys.executable, "-c", program, f"{__spec__.name}.huey", "--no-periodic", *options]


async def hello() -> dict:
    return {
        "versions": {name: version(name) for name in ("huey", "redis", "hiredis")},
        "workers": {
            "default, 1 thread": _worker(),
            **{f"{n} threads": _worker("--workers", str(n)) for n in (32, 10)},
        },
        "single": "call in a loop",
        "bulk": ["call in a loop"],
    }


async def enqueue(how: str, count: int) -> dict:
    before = time.perf_counter()
    for n in range(count):
        task(**payload(n))
    return {"seconds": time.perf_counter() - before}


async def enqueue_from_threads(threads: int, count: int) -> dict:
    seconds = seconds_of_calls(lambda n: task(**payload(n)), threads=threads, count=count)
    return {"seconds": seconds}


async def pending() -> int:
    """Jobs that wait. Of those that run Huey keeps no record."""
    return huey.pending_count()


async def pick_up(samples: int, seconds: float, pause: float) -> dict:
    async def send(n: int) -> None:
        task(**payload(n))

    count = await latency.sample(send, pending, samples=samples, seconds=seconds, pause=pause)
    return {"count": count}


if __name__ == "__main__":
    operations = {f.__name__: f for f in (hello, enqueue, enqueue_from_threads, pending, pick_up)}
    asyncio.run(protocol.serve(operations))
