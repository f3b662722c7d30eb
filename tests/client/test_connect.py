import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import tasuki
from tasuki import InvalidError, StoreUnavailableError, StoreUnsafeError, connect, connect_sync
from tasuki.embedded import running
from tasuki.store.store import Store
from tests.support import eventually, plain_client


async def test_gives_a_client_that_closes_its_connections(
    store_url: str, namespace: str, store: Store
):
    async def ours() -> int:
        return (await store.shared.command("CLIENT", "LIST")).count(b"name=tasuki-")

    async def as_before() -> bool:
        return await ours() == before

    before = await ours()
    async with await connect(store_url, namespace=namespace) as client:
        id = await client.enqueue("email")
        with pytest.raises(tasuki.WaitTimeoutError):
            await client.wait(id, 0.05)
        assert await ours() == before + 3
    await eventually(as_before)


@pytest.mark.parametrize(
    "url", ["localhost:6379", "http://localhost", "", "valkey://host:port"], ids=repr
)
async def test_a_url_that_cannot_be_used(url: str):
    with pytest.raises(InvalidError, match="such as valkey://localhost:6379/0") as caught:
        await connect(url)
    assert caught.value.field == "url"
    with pytest.raises(InvalidError, match="such as"):
        connect_sync(url)


@pytest.mark.parametrize("url", [None, 7], ids=repr)
async def test_a_url_that_is_no_text(url: Any):
    with pytest.raises(InvalidError, match="must be text") as caught:
        await connect(url)
    assert caught.value.field == "url"


@pytest.mark.parametrize("namespace", ["", "a b", "a{b}", "x" * 65, None], ids=repr)
async def test_a_namespace_that_cannot_be_used(store_url: str, namespace: Any):
    with pytest.raises(InvalidError) as caught:
        await connect(store_url, namespace=namespace)
    assert caught.value.field == "namespace"


@pytest.mark.parametrize(
    "url", ["valkey://127.0.0.1:1/0", "unix:///nowhere/store.sock"], ids=["port", "socket"]
)
async def test_where_no_store_is(url: str):
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        await connect(url)
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        connect_sync(url)


@pytest.fixture
def unsafe_url() -> Iterator[str]:
    with TemporaryDirectory(prefix="tasuki-") as name, running(Path(name) / "data") as url:
        with plain_client(url) as plain:
            plain.config_set("maxmemory-policy", "allkeys-lru")
        yield url


async def test_a_store_that_could_lose_jobs_is_refused_unless_told(unsafe_url: str):
    with pytest.raises(StoreUnsafeError, match="maxmemory-policy noeviction"):
        await connect(unsafe_url)
    async with await connect(unsafe_url, allow_unsafe=True) as client:
        await client.enqueue("email")
    with connect_sync(unsafe_url, allow_unsafe=True) as blocking:
        blocking.enqueue("email")


def test_nothing_is_left_of_a_blocking_client_that_could_not_connect():
    before = set(threading.enumerate())
    with pytest.raises(StoreUnavailableError):
        connect_sync("unix:///nowhere/store.sock")
    assert set(threading.enumerate()) == before
