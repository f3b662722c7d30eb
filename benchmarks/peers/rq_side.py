# pyright: basic, reportMissingImports=false
"""RQ. The module is at once the app its worker loads and the side the harness talks to."""

import asyncio
import sys
import time
from importlib.metadata import version

from redis import Redis
from rq import Queue

from benchmarks import latency, protocol
from benchmarks.ledger import Ledger
from benchmarks.payload import payload

URL = protocol.store_url()
NOOP = f"{__spec__.name}.noop"

CHUNK = 1000
"""Jobs in one call of `enqueue_many`."""

ledger = Ledger.from_environment()


def noop(n: int, x: str) -> None:
    ledger.start(n)


def _queue() -> Queue:
    return Queue(connection=Redis.from_url(URL))


def _worker(worker_class: str) -> list[str]:
    command = [sys.executable, "-m", "rq.cli", "worker", "--url", URL]
    return [*command, "--worker-class", f"rq.worker.{worker_class}"]


async def hello() -> dict:
    return {
        "versions": {name: version(name) for name in ("rq", "redis", "hiredis")},
        "workers": {
            "default, fork per job": _worker("Worker"),
            "SimpleWorker": _worker("SimpleWorker"),
        },
        "single": "enqueue in a loop",
        "bulk": ["enqueue in a loop", "enqueue_many"],
    }


async def enqueue(how: str, count: int) -> dict:
    queue = _queue()
    before = time.perf_counter()
    if how == "enqueue in a loop":
        for n in range(count):
            queue.enqueue(NOOP, kwargs=payload(n))
    else:
        for first in range(0, count, CHUNK):
            numbers = range(first, min(first + CHUNK, count))
            queue.enqueue_many([queue.prepare_data(NOOP, kwargs=payload(n)) for n in numbers])
    return {"seconds": time.perf_counter() - before}


async def pending() -> int:
    """Jobs that wait or run."""
    queue = _queue()
    return len(queue) + queue.started_job_registry.get_job_count(cleanup=False)


async def pick_up(samples: int, seconds: float, pause: float) -> dict:
    queue = _queue()

    async def send(n: int) -> None:
        queue.enqueue(NOOP, kwargs=payload(n))

    count = await latency.sample(send, pending, samples=samples, seconds=seconds, pause=pause)
    return {"count": count}


if __name__ == "__main__":
    operations = {f.__name__: f for f in (hello, enqueue, pending, pick_up)}
    asyncio.run(protocol.serve(operations))
