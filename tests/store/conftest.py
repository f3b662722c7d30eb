import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tasuki.store.store import Store
from tests.store.invariants import broken
from tests.store.links import RepeatingLink
from tests.support import Plain


@pytest.fixture(autouse=True)
def invariants(namespace: str, plain: Plain) -> Iterator[None]:
    """Whatever a test did, its namespace must be whole when it ends."""
    yield
    assert broken(plain, namespace) == []


@pytest.fixture
async def repeating(store: Store) -> AsyncIterator[RepeatingLink]:
    link = RepeatingLink(store.address, store.keyspace, "repeating")
    yield link
    await link.close()


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory for a store of the test's own; sockets need a short name."""
    with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
        yield Path(name) / "data"
