"""A namespace that the layout before this one wrote is taken over as it is."""

import msgspec
import pytest

from tasuki.model.errors import LayoutError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.store.factory import completed, enqueue, runner
from tests.store.invariants import Keys, broken
from tests.support import Plain, eventually

EAGER = LeaseTerms(lease=0.04)
TEXT = "襷" * 3_000
JSON = msgspec.json.encode(TEXT).decode()
HOUR_MS = 3_600_000


@pytest.fixture
def old(store: Store, plain: Plain) -> Store:
    """One small and one large job that wait, and one that has completed with a large result."""
    key = store.keyspace.key
    now = int(plain.time()[0]) * 1_000
    plain.set(key("layout"), "1")
    plain.set(key("seq"), "3")
    plain.hset(key("types"), mapping={"a": "", "b": ""})
    records = {
        "A1": f"{now} 0 0 a\n\n{{}}",
        "A2": f'{now} 0 0 a\n{{"attempts":5}}\n{JSON}',
        "A3": f"{now} 0 0 b\n\n{{}}",
    }
    plain.hset(key("jobs"), mapping=records)
    plain.zadd(key("wait:a"), {"A1": 0, "A2": 0})
    plain.hset(key("ends"), "A3", f"completed {now} - {now} 1 0 -\n{JSON}")
    plain.zadd(key("done:completed:b"), {"A3": now + HOUR_MS})
    plain.hset(key("stats"), mapping={"enqueued:a": 2, "enqueued:b": 1})
    return store


async def upgraded(store: Store) -> None:
    maintenance = store.maintenance(EAGER)

    async def done() -> bool:
        ticked = await maintenance.tick()
        return ticked.due and not ticked.more

    await eventually(done)


async def test_looking_at_it_changes_nothing(old: Store, plain: Plain):
    small, large, done = await old.reader().jobs([1, 2, 3])
    assert (small.state, large.state, done.state) == (
        State.WAITING,
        State.WAITING,
        State.COMPLETED,
    )
    assert msgspec.json.decode(large.data) == TEXT
    assert plain.get(old.keyspace.key("layout")) == "1"
    await upgraded(old)


async def test_it_works_at_once_and_the_version_before_is_refused(old: Store):
    assert await enqueue(old, "a") == 4
    someone = await runner(old)
    held = await someone.claim("a", 9)
    assert [job.id for job in held] == [1, 2, 4]
    assert await someone.settle(completed(*held)) == []
    with pytest.raises(LayoutError, match="has layout 2"):
        await old.shared.run("runners", msgspec.msgpack.encode({"layout": "1", "writes": False}))
    await upgraded(old)


async def test_what_is_large_moves_aside_and_lists_are_filled(old: Store, plain: Plain):
    await upgraded(old)
    key = old.keyspace.key
    assert plain.get(key("layout")) == "2"
    size = len(JSON.encode())
    assert plain.hget(key("jobs"), "A2").endswith(f"\n@{size} {JSON[:200]}")
    assert plain.hget(key("ends"), "A3").endswith(f"\n@{size} {JSON[:200]}")
    assert plain.hgetall(key("data")) == {"A2": JSON}
    assert plain.hgetall(key("results")) == {"A3": JSON}
    _, large, done = await old.reader().jobs([1, 2, 3])
    assert (msgspec.json.decode(large.data), large.attempts.max) == (TEXT, 5)
    assert done.result is not None
    assert msgspec.json.decode(done.result) == TEXT
    assert not plain.hexists(key("clock"), "upgrade")
    assert [job.id for job in (await old.listing().page()).jobs] == [1, 2, 3]


async def test_finished_jobs_are_put_in_the_order_of_their_ends(
    old: Store, plain: Plain, namespace: str
):
    """They stood in the order in which they go. Those of another time than the rule's keep that."""
    key = old.keyspace.key
    now = int(plain.time()[0]) * 1_000
    minute = 60_000
    ended = {"A4": now - 20 * minute, "A5": now - 10 * minute, "A6": now - 5 * minute}
    goes = {"A4": now + 24 * HOUR_MS, "A5": ended["A5"] + HOUR_MS, "A6": now - minute}
    plain.set(key("seq"), "6")
    plain.hset(key("jobs"), mapping=dict.fromkeys(ended, f"{now} 0 0 b\n\n{{}}"))
    texts = {id: f"completed {at} - {at} 1 0 -\nnull" for id, at in ended.items()}
    plain.hset(key("ends"), mapping=texts)
    plain.zadd(key("done:completed:b"), goes)
    someone = await runner(old)
    await upgraded(old)
    assert await someone.settle(completed(*await someone.claim("a", 1))) == []

    async def pruned() -> bool:
        await old.maintenance(EAGER).tick()
        return await old.reader().jobs([6]) == []

    await eventually(pruned)
    page = await old.listing().page(state=State.COMPLETED)
    assert [job.id for job in page.jobs] == [1, 3, 5, 4]
    keys = Keys(plain, namespace)
    assert keys.zset("keeps") == {"A4": goes["A4"]}
    assert keys.zset("done:completed:b")["A5"] == ended["A5"]
    assert broken(plain, namespace) == []
