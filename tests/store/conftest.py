from collections.abc import Iterator

import pytest
import valkey

from tests.store.invariants import broken


@pytest.fixture(autouse=True)
def invariants(namespace: str, plain: valkey.Valkey) -> Iterator[None]:
    """Whatever a test did, its namespace must be whole when it ends."""
    yield
    assert broken(plain, namespace) == []
