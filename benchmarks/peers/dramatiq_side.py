# pyright: basic, reportMissingImports=false
"""Dramatiq. The module is at once the app its worker loads and the side the harness talks to."""

import asyncio
import sys
import time
from importlib.metadata import version

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from benchmarks import latency, protocol
from benchmarks.ledger import Ledger
from benchmarks.payload import payload
from benchmarks.threads import seconds_of_calls

broker = RedisBroker(url=protocol.store_url())
dramatiq.set_broker(broker)
ledger = Ledger.from_environment()


@dramatiq.actor
def noop(n: int, x: str) -> None:
    ledger.start(n)


def _worker(*options: str) -> list[str]:
    return [sys.executable, "-m", "dramatiq", __spec__.name, "--processes", "1", *options]


async def hello() -> dict:
    return {
        "versions": {name: version(name) for name in ("dramatiq", "redis", "hiredis")},
        "workers": {
            "default, 8 threads": _worker(),
            **{f"{n} threads": _worker("--threads", str(n)) for n in (10, 32)},
        },
        "single": "send in a loop",
        "bulk": ["send in a loop"],
    }


async def enqueue(how: str, count: int) -> dict:
    before = time.perf_counter()
    for n in range(count):
        noop.send(**payload(n))
    return {"seconds": time.perf_counter() - before}


async def enqueue_from_threads(threads: int, count: int) -> dict:
    seconds = seconds_of_calls(lambda n: noop.send(**payload(n)), threads=threads, count=count)
    return {"seconds": seconds}


async def pending() -> int:
    """Messages that are not acknowledged yet: an acknowledgement deletes the message."""
    return broker.client.hlen("dramatiq:default.msgs")


async def pick_up(samples: int, seconds: float, pause: float) -> dict:
    async def send(n: int) -> None:
        noop.send(**payload(n))

    count = await latency.sample(send, pending, samples=samples, seconds=seconds, pause=pause)
    return {"count": count}


if __name__ == "__main__":
    operations = {f.__name__: f for f in (hello, enqueue, enqueue_from_threads, pending, pick_up)}
    asyncio.run(protocol.serve(operations))
