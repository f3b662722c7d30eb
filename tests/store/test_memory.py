"""A store that is out of memory takes no new jobs, and all that is there goes on to its end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tasuki.embedded import EmbeddedStore
from tasuki.model.errors import LeaseLostError, StoreFullError
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    noted,
    released,
    retried,
    runner,
)
from tests.store.invariants import broken
from tests.support import Plain, plain_client

NAMESPACE = "full"
LARGE = {"text": "x" * 20_000}


@pytest.fixture
async def full(short_dir: Path) -> AsyncIterator[tuple[Store, Plain]]:
    """A store of its own, that can be filled up; and a client to look at it."""
    async with EmbeddedStore(short_dir, fsync="no", maxmemory=16 * 2**20) as server:
        store = Store(server.url, namespace=NAMESPACE)
        with plain_client(server.url) as client:
            yield store, client
            assert broken(client, NAMESPACE) == []
        await store.close()


async def fill(store: Store) -> int:
    """Enqueue until the store refuses even the smallest job. Gives how many were taken."""
    taken = 0
    for batch in ([new_job(data=LARGE)] * 20, [new_job()] * 20, [new_job()]):
        try:
            while True:
                taken += len(await enqueue_many(store, batch))
        except StoreFullError:
            continue
    return taken


async def test_new_jobs_are_refused_whole_and_nothing_is_left_of_them(
    full: tuple[Store, Plain],
):
    store, client = full
    taken = await fill(store)
    assert taken > 100
    assert client.hlen("{full:0}:jobs") == taken == int(client.get("{full:0}:seq") or 0)


async def test_everything_else_works_and_the_queue_drains(full: tuple[Store, Plain]):
    store, client = full
    await enqueue_many(store, [new_job("a") for _ in range(4)])
    await enqueue(store, "b", delay=FAR)
    taken = await fill(store)
    someone, victim = await runner(store), await runner(store)

    one, two, three = await someone.claim("a", 3)
    await victim.claim_one("a")
    await someone.settle(noted(one, progress="1", lines=["still here"]))
    assert await someone.settle(retried(one)) == []
    assert await someone.settle(released(two)) == []
    assert await someone.lease.heartbeat({"load": "1"}) == []
    assert (await store.maintenance().reap([victim.id])).requeued == 1
    with pytest.raises(LeaseLostError):
        await victim.lease.heartbeat({})
    await store.operator().cancel([three.id])
    assert await someone.lease.heartbeat({}) == ["A3"]
    assert await someone.settle(failed(three)) == []
    assert await store.operator().promote([5]) == ["scheduled"]
    await store.operator().pause("b")
    await store.operator().cancel([5])
    with pytest.raises(StoreFullError):
        await store.operator().retry([5])
    assert await store.operator().remove([5]) == ["cancelled"]
    assert len(await store.reader().jobs(range(1, 5))) == 4

    drained = 0
    while held := await someone.claim(n=50):
        assert await someone.settle(completed(*held, keep=0)) == []
        drained += len(held)
    assert drained == taken
    assert await enqueue(store) == taken + 6
    assert client.info("memory")["used_memory"] < 16 * 2**20
