"""Fixtures for tests of workers."""

import pytest

from tasuki.store.store import Store
from tests.worker.desk import Desk


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)
