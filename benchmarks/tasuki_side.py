"""Tasuki as the harness sees it: its client in this process, its command line for the rest."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles

import tasuki
from benchmarks import latency, protocol
from benchmarks.payload import payload
from benchmarks.references.evalsha import ANSWERS, WRITES, Evalsha

URL = f"unix://{protocol.store_socket()}"

CHUNK = 1000
"""Jobs in one call of `enqueue_many`."""

BLOCK = 100
"""Calls in a row before the other contender has its turn."""

_APP = Path(__file__).with_name("tasuki_app.py")


def _tasuki(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("tasuki")), *arguments, "--url", URL]


async def hello() -> dict[str, object]:
    return {
        "versions": {name: version(name) for name in ("tasuki", "valkey", "libvalkey", "uvloop")},
        "workers": {
            "1 runner": _tasuki("worker", str(_APP), "--processes", "1"),
            "2 runners": _tasuki("worker", str(_APP), "--processes", "2"),
        },
        "bulk": ["enqueue_many of 1,000"],
        "server": _tasuki("server", "--port", "{port}"),
    }


async def enqueue(how: str, count: int, job_type: str = "noop") -> dict[str, float]:
    async with await tasuki.connect(URL) as client:
        before = time.perf_counter()
        for first in range(0, count, CHUNK):
            numbers = range(first, min(first + CHUNK, count))
            await client.enqueue_many([{"type": job_type, "data": payload(n)} for n in numbers])
        return {"seconds": time.perf_counter() - before}


async def single(count: int) -> dict[str, float]:
    """Calls per second of `enqueue` and of two bare scripts, one call after another, in turns."""
    data = json.dumps(payload(0)).encode()
    async with await tasuki.connect(URL) as client:
        writes, answers = await Evalsha.load(WRITES), await Evalsha.load(ANSWERS)
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "enqueue": lambda: client.enqueue("noop", payload(0)),
            "a script that writes": lambda: writes.call(data),
            "a script that only answers": lambda: answers.call(data),
        }
        for call in calls.values():
            await _time(call, BLOCK)
        took = dict.fromkeys(calls, 0.0)
        for _ in range(0, count, BLOCK):
            for name, call in calls.items():
                took[name] += await _time(call, BLOCK)
        await writes.close()
        await answers.close()
    return {name: count / seconds for name, seconds in took.items()}


async def enqueue_p99(count: int) -> dict[str, float]:
    async with await tasuki.connect(URL) as client:
        took = [await _time(lambda: client.enqueue("noop", payload(0)), 1) for _ in range(count)]
    return {"seconds": quantiles(took, n=100, method="inclusive")[98]}


async def pending() -> int:
    """Jobs that wait or run."""


async def pick_up(samples: int, seconds: float, pause: float) -> dict[str, int]:
    async with await tasuki.connect(URL) as client:

        async def send(n: int) -> None:
            await client.enqueue("noop", payload(n))

        count = await latency.sample(send, pending, samples=samples, seconds=seconds, pause=pause)
    return {"count": count}


async def _time(call: Callable[[], Awaitable[object]], times: int) -> float:
    before = time.perf_counter()
    for _ in range(times):
        await call()
    return time.perf_counter() - before


if __name__ == "__main__":
    operations = (hello, enqueue, single, enqueue_p99, pending, pick_up)
    asyncio.run(protocol.serve({operation.__name__: operation for operation in operations}))
