"""One client in several event loops, and clients that nobody closes."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import valkey

from tasuki import Client, connect, connect_sync
from tests.support import eventually, eventually_sync


def connections(plain: valkey.Valkey) -> int:
    listed: Any = plain.client_list()
    return sum(str(client["name"]).startswith("tasuki-") for client in listed)


@pytest.mark.parametrize("fast", [False, True], ids=["asyncio", "uvloop"])
def test_a_client_works_in_one_event_loop_after_the_other(
    store_url: str, namespace: str, plain: valkey.Valkey, fast: bool
):
    def run(coroutine: Any) -> Any:
        factory = None
        if fast:
            factory = pytest.importorskip("uvloop").new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(coroutine)

    async def waits() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.wait(ids[0]), 0.01)

    before = connections(plain)
    client = run(connect(store_url, namespace=namespace))
    ids = [run(client.enqueue("email", n)) for n in range(3)]
    run(waits())
    assert len(set(ids)) == 3
    assert run(client.counts())["email"]["waiting"] == 3
    # Each loop has closed its connections at its end, though nobody has closed the client.
    eventually_sync(lambda: connections(plain) <= before)


def test_a_client_works_in_several_event_loops_at_once(store_url: str, namespace: str):
    async def enqueue_many() -> list[int]:
        return await asyncio.gather(*(client.enqueue("email", n) for n in range(20)))

    client = asyncio.run(connect(store_url, namespace=namespace))
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda _: asyncio.run(enqueue_many()), range(8))
    assert len({id for ids in found for id in ids}) == 160


async def test_a_client_that_is_forgotten_lets_go_of_its_connections(
    store_url: str, namespace: str, plain: valkey.Valkey
):
    before = connections(plain)
    client: Client | None = await connect(store_url, namespace=namespace)
    assert client is not None
    await client.enqueue("email")
    assert connections(plain) > before
    client = None
    gc.collect()
    await eventually(lambda: connections(plain) <= before)


def test_a_blocking_client_that_is_forgotten_ends_its_thread(
    store_url: str, namespace: str, plain: valkey.Valkey
):
    threads, before = set(threading.enumerate()), connections(plain)
    for n in range(10):
        connect_sync(store_url, namespace=namespace).enqueue("email", n)
    gc.collect()
    eventually_sync(lambda: set(threading.enumerate()) <= threads)
    eventually_sync(lambda: connections(plain) <= before)


def test_a_blocking_client_in_use_is_not_forgotten(store_url: str, namespace: str):
    """Its last holder is the thread that waits in it."""
    made = connect_sync(store_url, namespace=namespace)
    id = made.enqueue("email")
    wait = made.wait
    del made
    with pytest.raises(TimeoutError):
        wait(id, 0.05)
