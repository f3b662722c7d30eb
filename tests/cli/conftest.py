"""Fixtures: `tasuki` on the store of all tests, and one whole installation that is up."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program, Running

APP = '''
"""The jobs of these tests."""

import asyncio

import tasuki


class Add(tasuki.Worker):
    type = "add"

    async def process(self, job):
        job.log("adding %s", job.data["numbers"])
        return sum(job.data["numbers"])


class Fall(tasuki.Worker):
    type = "fall"
    attempts = 1

    async def process(self, job):
        raise ValueError("it \\x1b[31mfell")


@tasuki.worker("hold")
async def hold(job):
    await asyncio.sleep(60)
'''


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a short name, since there may be sockets in it."""
    with tempfile.TemporaryDirectory(prefix="tk") as name:
        yield Path(name).resolve()


@pytest.fixture
def tasuki(directory: Path, store_url: str, namespace: str) -> Program:
    """`tasuki` in an empty directory, on the test's own namespace; no runner runs."""
    return Program(directory).having(url=store_url, namespace=namespace)


@pytest.fixture
def stranger(directory: Path) -> Program:
    """`tasuki` in an empty directory, without a store."""
    return Program(directory)


class Site:
    """An installation that is up: commands in its directory find its store by themselves."""

    def __init__(self, tasuki: Program, up: Running) -> None:
        self.tasuki = tasuki
        self.up = up


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="tk") as name:
        directory = Path(name).resolve()
        (directory / "app.py").write_text(APP)
        tasuki = Program(directory)
        with tasuki.running("up", "app.py", "--port", "0") as up:
            up.says("add, fall, hold")
            yield Site(tasuki, up)
            assert up.stop() == 0, up.text
