"""Fixtures for acceptance tests: a store and a journal of the test's own."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasuki.store.store import Store
from tests.acceptance.world import Journal, RunnerProcess, StoreProcess
from tests.workers.desk import Desk


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
        yield Path(name)


@pytest.fixture
def journal(directory: Path) -> Journal:
    return Journal(directory / "journal")


@pytest.fixture
async def own_store(directory: Path) -> AsyncIterator[StoreProcess]:
    process = StoreProcess(directory / "data")
    await process.start()
    yield process
    await process.stop()


@pytest.fixture
async def own_desk(own_store: StoreProcess) -> AsyncIterator[Desk]:
    store = Store(own_store.url)
    yield Desk(store)
    await store.close()


@pytest.fixture
def start_runner(
    own_store: StoreProcess, journal: Journal
) -> Iterator[Callable[..., RunnerProcess]]:
    runners: list[RunnerProcess] = []

    def start(**options: Any) -> RunnerProcess:
        runners.append(RunnerProcess(own_store.url, journal.path, **options))
        return runners[-1]

    yield start
    for runner in runners:
        runner.close()
