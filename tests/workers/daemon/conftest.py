"""Fixtures for tests of the daemon."""

from pathlib import Path

import pytest

from tasuki.store.store import Store
from tests.workers.daemon.host import Host


@pytest.fixture
def host(store: Store, store_url: str, namespace: str, tmp_path: Path) -> Host:
    return Host(store, store_url, namespace, tmp_path)
