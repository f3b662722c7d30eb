from collections.abc import AsyncIterator, Iterator

import pytest

from tasuki.client import BlockingClient, Client, connect_sync
from tasuki.store.store import Store
from tests.proxy import Proxy, proxy_to


@pytest.fixture
async def client(store: Store) -> AsyncIterator[Client]:
    async with Client(store) as client:
        yield client


@pytest.fixture
def blocking(store_url: str, namespace: str) -> Iterator[BlockingClient]:
    with connect_sync(store_url, namespace=namespace) as client:
        yield client


@pytest.fixture
def proxy(store_url: str) -> Iterator[Proxy]:
    with proxy_to(store_url) as proxy:
        yield proxy


@pytest.fixture
async def far_client(proxy: Proxy, namespace: str) -> AsyncIterator[Client]:
    """A client behind the proxy, connected."""
    store = Store(proxy.url, namespace=namespace)
    async with Client(store, owns_store=True) as client:
        await client.counts()
        yield client
