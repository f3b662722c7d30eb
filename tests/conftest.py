"""Fixtures for all tests: one real Valkey, and a namespace of its own for each test."""

import asyncio
import functools
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest

from tasuki.embedded import running
from tasuki.embedded.binary import Binary, inspect
from tasuki.store.store import Store
from tests.support import Plain, left_behind, plain_client, tag

TO_END_SECONDS = 10
"""What a test that took too long has for its fixtures and its report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        type=Path,
        metavar="PROGRAM",
        help="the server program for stores, in place of the one that Tasuki comes with",
    )
    parser.addoption(
        "--without-functions", action="store_true", help="the store lets nobody call functions"
    )
    parser.addoption(
        "--long", action="store_true", help="let the trials with faults and chance go on for longer"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Cancel a coroutine that takes too long, a little before its test is interrupted.

    The interruption ends the event loop, but not the coroutine, and its fixtures would wait for it.
    """
    usual = float(config.getini("timeout"))
    for item in items:
        if isinstance(item, pytest.Function) and iscoroutinefunction(item.obj):
            mark = item.get_closest_marker("timeout")
            item.obj = _bounded(item.obj, (mark.args[0] if mark else usual) - TO_END_SECONDS)


def _bounded(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Any]:
    @functools.wraps(test)
    async def bounded(*args: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*args, **named)

    return bounded


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell at once what failed: a run may be cut off before it comes to its end."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.nodeid} {report.when}\n{report.longreprtext}\n", flush=True)  # noqa: T201 - so that it is seen


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_program(pytestconfig: pytest.Config) -> Binary | None:
    """The server program that was asked for, or None for the one that Tasuki comes with."""
    path: Path | None = pytestconfig.getoption("--server")
    if path is None:
        return None
    found = inspect(path)
    if not isinstance(found, Binary):
        pytest.fail(f"{path} {found}")
    return found


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Whether trials with faults and chance are to go on for longer than usual."""
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture(scope="session")
def store_url(server_program: Binary | None, pytestconfig: pytest.Config) -> Iterator[str]:
    """One store for the whole run. Its directory is short: sockets have short names."""
    with (
        tempfile.TemporaryDirectory(prefix="tasuki-") as name,
        running(
            Path(name) / "data",
            fsync="everysec",
            extra={"enable-debug-command": "local"},
            binary=server_program,
        ) as url,
    ):
        if pytestconfig.getoption("--without-functions"):
            with plain_client(url) as client:
                client.execute_command("ACL", "SETUSER", "default", "-fcall", "-function")
        yield url


@pytest.fixture(scope="session")
def plain(store_url: str) -> Iterator[Plain]:
    """A blocking client on the store, with nothing of Tasuki in it."""
    with plain_client(store_url) as client:
        yield client


@pytest.fixture
def namespace(plain: Plain) -> Iterator[str]:
    """A fresh namespace. Its keys, and those of `NAMESPACE.anything`, are deleted afterwards.

    A test that leaves keys in any other namespace fails.
    """
    name = f"t{secrets.token_hex(5)}"
    before = {tag(key) for key in plain.scan_iter(count=1_000)}
    yield name
    own = list(plain.scan_iter(match=f"{{{name}[:.]*", count=1_000))
    if own:
        plain.unlink(*own)
    strays = {key for key in plain.scan_iter(count=1_000) if tag(key) not in before}
    if strays:
        plain.unlink(*strays)
        pytest.fail(f"the test left keys outside of its namespace: {sorted(strays)[:10]}")


@pytest.fixture
def leaves_nothing(namespace: str, plain: Plain) -> Iterator[None]:
    """For a test that ends all its jobs and runners: only bookkeeping may be left of them."""
    yield
    assert not left_behind(plain, namespace)


@pytest.fixture
async def store(store_url: str, namespace: str) -> AsyncIterator[Store]:
    """The store, in the test's namespace; its connections are closed afterwards."""
    store = Store(store_url, namespace=namespace)
    yield store
    await store.close()
