"""Fixtures for tests of workers."""

import pytest

from tasuki.store.store import Store
from tests.workers.desk import Desk


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)
