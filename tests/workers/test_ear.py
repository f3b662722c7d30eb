"""The ear: for whom it listens, and what that costs the store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tasuki.store.store import Store
from tasuki.workers.runner.ear import Ear
from tests.store.factory import enqueue
from tests.support import Plain, eventually


@asynccontextmanager
async def listening(store: Store, heard: list[str]) -> AsyncIterator[Ear]:
    link = store.link("bell")
    ear = Ear(store.doorbell("me", link), heard.append, 5)
    task = asyncio.create_task(ear.run())
    try:
        yield ear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await link.close()


def calls(plain: Plain) -> dict[str, int]:
    stats = plain.info("commandstats")
    return {
        name: stats.get(f"cmdstat_{name}", {"calls": 0})["calls"]
        for name in ("blpop", "client|unblock")
    }


async def test_it_goes_over_to_other_types_once(store: Store, plain: Plain):
    heard: list[str] = []
    async with listening(store, heard) as ear:
        ear.listen(["a"])
        await eventually(lambda: plain.info("clients")["blocked_clients"] == 1)
        before = calls(plain)
        ear.listen(["a", "email"])
        await eventually(lambda: calls(plain)["blpop"] > before["blpop"])
        # As long as it takes to ask many times over.
        for _ in range(100):
            plain.ping()
            await asyncio.sleep(0)
        after = calls(plain)
        assert after["blpop"] == before["blpop"] + 1
        assert after["client|unblock"] <= before["client|unblock"] + 2
        await enqueue(store)
        await eventually(lambda: heard == ["email"])


async def test_one_that_is_hushed_hears_only_what_is_for_the_runner(store: Store, plain: Plain):
    heard: list[str] = []
    async with listening(store, heard) as ear:
        ear.listen(["email"])
        await eventually(lambda: plain.info("clients")["blocked_clients"] == 1)
        await ear.hush()
        await enqueue(store)
        plain.lpush(store.keyspace.key("ring:me"), "1")
        await eventually(lambda: heard == [""])
