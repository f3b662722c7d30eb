"""Real processes to break: a store that can be killed and brought back, and runners."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec

from tasuki.embedded import EmbeddedStore
from tasuki.embedded.errors import EmbeddedError
from tasuki.model.settings.worker import GRACE_SECONDS, WorkerSettings
from tasuki.workers.process.protocol import RunnerConfig
from tests.support import eventually

APP = Path(__file__).with_name("app.py")
LEASE = 2.0


class StoreProcess:
    """A store of the test's own, with its log of changes written through at each call."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._embedded = EmbeddedStore(directory, fsync="always")
        self.url = self._embedded.url

    async def start(self) -> None:
        """Start it, or start it again after `kill`."""
        await self._embedded.start()

    async def kill(self) -> None:
        """Kill it without a warning. What it had acknowledged must be there at the next start."""
        os.kill(self._embedded.pid, signal.SIGKILL)
        # It says that the server did not end cleanly, which is so.
        with contextlib.suppress(EmbeddedError):
            await self._embedded.stop()
        self._embedded = EmbeddedStore(self._directory, fsync="always")

    def freeze(self) -> None:
        """Stop its time."""
        os.kill(self._embedded.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let its time go on."""
        os.kill(self._embedded.pid, signal.SIGCONT)

    async def stop(self) -> None:
        """Stop it in good order."""
        await self._embedded.stop()


class RunnerProcess:
    """One runner, as the supervisor starts it."""

    def __init__(
        self, url: str, journal: Path, *, grace: float = GRACE_SECONDS, apart: bool = False
    ) -> None:
        worker = WorkerSettings(lease=LEASE, apart=apart, grace=grace)
        config = RunnerConfig(url=url, app=str(APP), worker=worker)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tasuki.workers.main"],
            stdin=subprocess.PIPE,
            env=os.environ | {"ACCEPTANCE_JOURNAL": str(journal)},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(config) + b"\n")
        self._process.stdin.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.running:
            self._process.send_signal(number)

    def order(self, word: str) -> None:
        """Tell it something, as its supervisor does."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        self._process.stdin.flush()

    async def ends(self, seconds: float = 15) -> int:
        """Wait until the process has ended, and give its exit code."""
        await eventually(lambda: not self.running, seconds)
        return self._process.wait()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.running:
            self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


class Journal:
    """What the jobs themselves wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def _ids(self, what: str) -> list[int]:
        lines = (line.split() for line in self.path.read_text().splitlines())
        return [int(words[1]) for words in lines if words[0] == what]

    @property
    def starts(self) -> Counter[int]:
        return Counter(self._ids("start"))

    @property
    def ends(self) -> Counter[int]:
        return Counter(self._ids("end"))


async def pause(seconds: float) -> None:
    """Let a fault last. Nothing is waited for: the length of the fault is part of the story."""
    await asyncio.sleep(seconds)
