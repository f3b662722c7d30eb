"""A Valkey for one test alone, to do to it what happens to stores."""

import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import valkey

from tasuki.embedded import find_binary
from tests.support import eventually_sync, plain_client


class OwnStore:
    """One server in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{directory}/store.sock"

    def start(self) -> None:
        """Start it on the data that it left, and wait until it answers."""
        self.start_loading()
        eventually_sync(self._answers)

    def start_loading(self, *options: str) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(
            [
                find_binary().path,
                *("--port", "0", "--unixsocket", f"{self._directory}/store.sock"),
                *("--dir", self._directory, "--save", "", "--appendonly", "yes"),
                *("--appendfsync", "always", "--logfile", f"{self._directory}/log"),
                *options,
            ],
            stdin=subprocess.DEVNULL,
        )
        eventually_sync(self._listens)

    def kill(self) -> None:
        """As when its machine loses power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def rewrite(self) -> None:
        """Make its log as short as it can be, so that it loads data instead of commands."""
        self.command("BGREWRITEAOF")
        with plain_client(self.url) as client:
            eventually_sync(lambda: "'aof_rewrite_in_progress': 0" in str(client.info()))

    def fill(self, *, keys: int, size: int) -> None:
        """Give it data that cannot be compressed, in the form that it loads key by key."""
        with plain_client(self.url) as client, client.pipeline(transaction=False) as pipeline:
            for number in range(keys):
                pipeline.set(f"filler:{number}", secrets.token_hex(size // 2))
            pipeline.execute()
        self.rewrite()

    def command(self, *words: str | int) -> object:
        """Send it a command."""
        with plain_client(self.url) as client:
            return client.execute_command(*words)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        try:
            return bool(self.command("PING"))
        except valkey.ConnectionError:
            return False

    def _listens(self) -> bool:
        try:
            self.command("PING")
        except valkey.BusyLoadingError:
            return True
        except valkey.ConnectionError:
            return False
        return True


def slow_loading(keys: int, *, seconds: float) -> tuple[str, ...]:
    """Options with which a store takes so long to load, and answers meanwhile as others do.

    Between two answers it reads a key of 1,024 bytes at least.
    """
    delay = str(round(seconds * 1e6 / keys))
    return ("--key-load-delay", delay, "--loading-process-events-interval-bytes", "1024")


@contextmanager
def own_store() -> Iterator[OwnStore]:
    """A store that is gone at the end, whatever was done to it."""
    with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
        store = OwnStore(Path(name))
        store.start()
        try:
            yield store
        finally:
            store.kill()
