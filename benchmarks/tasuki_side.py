"""Tasuki as the harness sees it: its client in this process, its command line for the rest.

With `--uvloop` the client runs on uvloop, otherwise on the stock event loop.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles

import uvloop

import tasuki
from benchmarks import latency, protocol
from benchmarks.payload import payload
from benchmarks.references.evalsha import ANSWERS, WRITES, Evalsha
from benchmarks.tasuki_app import CONCURRENCY
from benchmarks.threads import seconds_of_calls
from tasuki.store.store import Store

URL = protocol.store_url()

CHUNK = 1000
"""Jobs in one call of `enqueue_many`."""

BLOCK = 100
"""Calls in a row before the other contender has its turn."""

START_SECONDS = 30
"""The longest that the runners may take to come."""

_APP = Path(__file__).with_name("tasuki_app.py")

_ONE_BY_ONE = "await enqueue"
_MANY = "enqueue_many of 1,000"

Call = Callable[[], Awaitable[object]]


class TasukiSide:
    """The operations, on one store."""

    def __init__(self, store: Store) -> None:
        self._client = tasuki.Client(store)
        self._reader = store.reader()
        self._operator = store.operator()

    async def hello(self) -> dict[str, object]:
        packages = {name: version(name) for name in ("valkey", "libvalkey", "uvloop")}
        return {
            "versions": {"tasuki": tasuki.__version__, **packages},
            "workers": {
                "1 runner": _worker("InLoop"),
                "2 runners": _worker("InLoop", "--processes", "2"),
                **{f"concurrency {n}": _with_concurrency(n, "InLoop") for n in (1, 10)},
                **{f"{n} threads": _with_concurrency(n, "InThread") for n in (10, 32)},
            },
            "single": _ONE_BY_ONE,
            "bulk": [_MANY],
            "server": _command("server", "--port", "{port}"),
        }

    async def enqueue(self, how: str, count: int) -> dict[str, float]:
        before = time.perf_counter()
        if how == _ONE_BY_ONE:
            for n in range(count):
                await self._client.enqueue("noop", payload(n))
        else:
            for first in range(0, count, CHUNK):
                numbers = range(first, min(first + CHUNK, count))
                jobs = [{"type": "noop", "data": payload(n)} for n in numbers]
                await self._client.enqueue_many(jobs)
        return {"seconds": time.perf_counter() - before}

    async def enqueue_from_threads(self, threads: int, count: int) -> dict[str, float]:
        with tasuki.connect_sync(URL, allow_unsafe=True) as client:
            seconds = seconds_of_calls(
                lambda n: client.enqueue("noop", payload(n)), threads=threads, count=count
            )
        return {"seconds": seconds}

    async def single(self, count: int) -> dict[str, float]:
        """Calls per second of `enqueue` and of bare scripts, one call after another, in turns."""
        data = json.dumps(payload(0)).encode()
        writes, answers = await Evalsha.load(WRITES), await Evalsha.load(ANSWERS)
        calls: dict[str, Call] = {
            "enqueue": lambda: self._client.enqueue("noop", payload(0)),
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

    async def enqueue_p99(self, count: int) -> dict[str, float]:
        took = [
            await _time(lambda: self._client.enqueue("noop", payload(0)), 1) for _ in range(count)
        ]
        return {"seconds": quantiles(took, n=100, method="inclusive")[98]}

    async def pending(self) -> int:
        """Jobs that wait or run."""
        counts = await self._client.counts()
        return sum(states["waiting"] + states["active"] for states in counts.values())

    async def pause(self) -> None:
        await self._operator.pause("noop")

    async def resume(self, runners: int) -> None:
        """Resumes the type once that many runners are there."""
        async with asyncio.timeout(START_SECONDS):
            while len(await self._reader.runners()) < runners:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.02)
        await self._operator.resume("noop")

    async def pick_up(self, samples: int, seconds: float, pause: float) -> dict[str, int]:
        async def send(n: int) -> None:
            await self._client.enqueue("noop", payload(n))

        count = await latency.sample(
            send, self.pending, samples=samples, seconds=seconds, pause=pause
        )
        return {"count": count}


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tasuki", *arguments, "--url", URL, "--allow-unsafe"]


def _worker(app: str, *options: str) -> list[str]:
    return _command("worker", f"{_APP}:{app}", *options)


def _with_concurrency(count: int, app: str) -> list[str]:
    return ["env", f"{CONCURRENCY}={count}", *_worker(app)]


async def _time(call: Call, times: int) -> float:
    before = time.perf_counter()
    for _ in range(times):
        await call()
    return time.perf_counter() - before


async def main() -> None:
    store = Store(URL)
    side = TasukiSide(store)
    operations = (
        side.hello,
        side.enqueue,
        side.enqueue_from_threads,
        side.single,
        side.enqueue_p99,
        side.pending,
        side.pause,
        side.resume,
        side.pick_up,
    )
    try:
        await protocol.serve({operation.__name__: operation for operation in operations})
    finally:
        await store.close()


if __name__ == "__main__":
    (uvloop if "--uvloop" in sys.argv else asyncio).run(main())
