"""What a real server refuses, in the ways that can be had from one on request."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import valkey

from tasuki.embedded import EmbeddedStore
from tasuki.model.errors import StoreReadOnlyError, StoreUnavailableError
from tasuki.store.store import Store
from tests.store.factory import completed, enqueue, runner
from tests.support import Plain, eventually, plain_client


@pytest.fixture
async def own(short_dir: Path) -> AsyncIterator[tuple[Store, Plain]]:
    async with EmbeddedStore(short_dir, fsync="no") as server:
        store = Store(server.url, namespace="own")
        with plain_client(server.url) as client:
            yield store, client
        await store.close()


async def test_a_replica_takes_no_writes_and_can_be_read(own: tuple[Store, Plain]):
    store, client = own
    await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    client.config_set("replica-serve-stale-data", "yes")
    client.replicaof("127.0.0.1", "1")
    with pytest.raises(StoreReadOnlyError):
        await enqueue(store)
    with pytest.raises(StoreReadOnlyError):
        await someone.settle(completed(held))
    with pytest.raises(StoreReadOnlyError):
        await someone.lease.heartbeat({})
    assert (await store.reader().job(1)).runner == someone.id
    client.replicaof("NO", "ONE")
    assert await someone.settle(completed(held)) == []


async def test_too_few_replicas(own: tuple[Store, Plain]):
    store, client = own
    client.config_set("min-replicas-to-write", 1)
    with pytest.raises(StoreReadOnlyError):
        await enqueue(store)
    assert client.dbsize() == 0


async def test_a_busy_store_is_unavailable_until_it_is_not(own: tuple[Store, Plain]):
    store, client = own
    await enqueue(store)
    client.config_set("busy-reply-threshold", 10)
    blocker = threading.Thread(target=run_for_ever, args=(client,))
    blocker.start()
    try:

        async def refused() -> bool:
            try:
                await store.reader().job(1)
            except StoreUnavailableError as error:
                return "BUSY" in str(error.__cause__)
            return False

        await eventually(refused)
    finally:
        client.script_kill()
        blocker.join()
    assert (await store.reader().job(1)).id == 1


def run_for_ever(client: Plain) -> None:
    with pytest.raises(valkey.ResponseError, match="killed by user"):
        client.eval("while true do end", 0)


async def test_no_room_for_another_client(own: tuple[Store, Plain]):
    store, client = own
    await enqueue(store)
    before = client.config_get("maxclients")["maxclients"]
    client.config_set("maxclients", 1)
    try:
        with pytest.raises(StoreUnavailableError):
            await store.link("another").command("PING")
    finally:
        client.config_set("maxclients", before)
