from collections.abc import AsyncIterator

import pytest

from tasuki.client import Client
from tasuki.store.store import Store


@pytest.fixture
async def client(store: Store) -> AsyncIterator[Client]:
    async with Client(store) as client:
        yield client
