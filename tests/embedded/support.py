"""Helpers for the tests of the embedded store."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tasuki.embedded import StoreEvent
from tasuki.embedded.resp import Reply, ask

Event = TypeVar("Event")

USER = """
import asyncio, sys
from pathlib import Path
from tasuki.embedded import EmbeddedStore

async def main():
    async with EmbeddedStore(Path(sys.argv[1])) as store:
        print(store.pid, store.owned, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


class OtherUser:
    """Another process that uses the store of a directory until it is told to leave, or killed."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def started(self) -> tuple[int, bool]:
        """Wait until it has its store. Returns the server's process id, and who started it."""
        assert self.process.stdout
        pid, owned = self.process.stdout.readline().split()
        return int(pid), owned == "True"

    def leave(self) -> int:
        self.process.communicate(timeout=10)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


@contextmanager
def other_user(directory: Path) -> Iterator[OtherUser]:
    user = OtherUser(directory)
    try:
        yield user
    finally:
        if user.process.poll() is None:
            user.leave()


async def tell(directory: Path, *words: str) -> Reply:
    """Send one command to the store of a directory."""
    return await ask(directory / "store.sock", *words)


async def config(directory: Path, name: str) -> str:
    reply = await tell(directory, "CONFIG", "GET", name)
    assert isinstance(reply, list)
    return str(reply[1])


class Events(list[StoreEvent]):
    """Collects events, as `on_event`."""

    def __call__(self, event: StoreEvent) -> None:
        self.append(event)

    def names(self) -> list[str]:
        """What kinds there are, without Loading: how often that comes is a matter of speed."""
        names = [type(event).__name__ for event in self]
        return [name for name in names if name != "Loading"]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self if isinstance(event, kind)]
