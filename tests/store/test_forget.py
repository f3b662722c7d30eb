"""A type that nobody uses any more is forgotten after a day."""

import json

import pytest

from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.store import Store
from tests.store.factory import FAR, enqueue, runner
from tests.support import Plain, eventually

DAY_MS = 24 * 3_600 * 1_000
EAGER = LeaseTerms(lease=0.04)


class Days:
    """Lets days pass for types that have no jobs."""

    def __init__(self, store: Store, plain: Plain) -> None:
        self._maintenance = store.maintenance(EAGER)
        self._plain = plain
        self._idle = store.keyspace.key("idle")

    async def look(self) -> None:
        """A tick that is due."""

        async def due() -> bool:
            return (await self._maintenance.tick()).due

        await eventually(due)

    async def day_later(self) -> None:
        for type, text in self._plain.hgetall(self._idle).items():
            since, made = text.split(" ")
            self._plain.hset(self._idle, type, f"{int(since) - DAY_MS} {made}")
        await self.look()


async def known(store: Store) -> list[str]:
    """The types that people see."""
    return [info.type for info in await store.reader().types()]


@pytest.fixture
def days(store: Store, plain: Plain) -> Days:
    return Days(store, plain)


async def test_nothing_is_left_of_it(store: Store, plain: Plain, namespace: str, days: Days):
    await store.operator().remove([await enqueue(store, "old")])
    await store.operator().remove([await enqueue(store, "old", delay=FAR)])
    await enqueue(store, "used")
    await days.look()
    assert await known(store) == ["old", "used"]
    await days.day_later()
    assert await known(store) == ["used"]
    start = f"{{{namespace}:0}}:"
    for name in ("types", "stats", "counts", "idle"):
        assert not [field for field in plain.hgetall(start + name) if "old" in field]
    assert not plain.exists(f"{start}bell:old")
    await enqueue(store, "old")
    assert await known(store) == ["old", "used"]


async def test_what_had_a_job_meanwhile_stays_a_day_longer(store: Store, days: Days):
    await store.operator().remove([await enqueue(store, "old")])
    await days.look()
    await store.operator().remove([await enqueue(store, "old")])
    await days.day_later()
    assert await known(store) == ["old"]
    await days.day_later()
    assert await known(store) == []


async def test_a_pause_and_a_living_worker_keep_it(store: Store, days: Days):
    await store.operator().pause("paused")
    someone = await runner(store, worked=json.dumps({}))
    await someone.lease.heartbeat({"types": "other\nworked"})
    await days.look()
    await days.day_later()
    assert await known(store) == ["paused", "worked"]
    await someone.lease.leave()
    await store.operator().resume("paused")
    await days.look()
    await days.day_later()
    assert await known(store) == []
