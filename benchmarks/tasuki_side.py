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
from tasuki.store.store import Store

URL = f"unix://{protocol.store_socket()}"

CHUNK = 1000
"""Jobs in one call of `enqueue_many`."""

BLOCK = 100
"""Calls in a row before the other contender has its turn."""

START_SECONDS = 30
"""The longest that the runners may take to come."""

_APP = Path(__file__).with_name("tasuki_app.py")

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
                "1 runner": _command("worker", str(_APP), "--processes", "1"),
                "2 runners": _command("worker", str(_APP), "--processes", "2"),
            },
            "bulk": ["enqueue_many of 1,000"],
            "server": _command("server", "--port", "{port}"),
        }

    async def enqueue(self, how: str, count: int, job_type: str = "noop") -> dict[str, float]:
        before = time.perf_counter()
        for first in range(0, count, CHUNK):
            numbers = range(first, min(first + CHUNK, count))
            jobs = [{"type": job_type, "data": payload(n)} for n in numbers]
            await self._client.enqueue_many(jobs)
        return {"seconds": time.perf_counter() - before}

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
    return [sys.executable, "-m", "tasuki", *arguments, "--url", URL]


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
    asyncio.run(main())
