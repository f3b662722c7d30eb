"""A bare hand-over between two processes: LPUSH here, BLPOP there, and nothing else.

Run as `python -m benchmarks.references.blpop_side` it is the side, with `pop` its worker.
"""

import asyncio
import json
import sys
from importlib.metadata import version

from benchmarks import latency, protocol
from benchmarks.ledger import Ledger
from benchmarks.payload import payload
from benchmarks.references.client import connect

_LIST = "hand-over"


async def pop() -> None:
    client, ledger = connect(), Ledger.from_environment()
    while True:
        _, message = await client.blpop([_LIST])
        ledger.start(json.loads(message)["n"])


async def hello() -> dict[str, object]:
    return {
        "versions": {name: version(name) for name in ("valkey", "libvalkey")},
        "workers": {"bare hand-over": [sys.executable, "-m", __spec__.name, "pop"]},
    }


async def pick_up(samples: int, seconds: float, pause: float) -> dict[str, int]:
    client = connect()

    async def push(n: int) -> None:
        await client.lpush(_LIST, json.dumps(payload(n)))

    async def pending() -> int:
        return await client.llen(_LIST)

    try:
        count = await latency.sample(push, pending, samples=samples, seconds=seconds, pause=pause)
    finally:
        await client.aclose()
    return {"count": count}


if __name__ == "__main__":
    if sys.argv[1:] == ["pop"]:
        asyncio.run(pop())
    else:
        asyncio.run(protocol.serve({"hello": hello, "pick_up": pick_up}))
