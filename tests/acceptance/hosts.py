"""Machines to break: each a daemon with its runners, as `tasuki worker` starts them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.acceptance.world import APP, LEASE
from tests.support import eventually


class Machine:
    """A daemon in a session of its own. Nothing of it is left after `vanish` or `stop`."""

    def __init__(self, url: str, journal: Path, log: Path, *, grace: float = 1.0) -> None:
        command = [
            *(sys.executable, "-m", "tasuki", "worker", str(APP), "--url", url),
            *("--lease", f"{LEASE}s", "--grace", f"{grace}s", "--processes", "2"),
        ]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | {"ACCEPTANCE_JOURNAL": str(journal)},
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def runners(self) -> list[int]:
        """The process ids of its runners."""
        try:
            children = psutil.Process(self._process.pid).children()
        except psutil.NoSuchProcess:
            return []
        return [child.pid for child in children]

    def vanish(self) -> None:
        """The power is cut: supervisor and runners are gone at once."""
        for pid in [self._process.pid, *self.runners()]:
            _signal(pid, signal.SIGKILL)
        self._process.wait()

    async def stop(self, seconds: float = 30) -> None:
        """Stop it in good order, as a deploy does."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        await eventually(lambda: not self.running, seconds)
        self._process.wait()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def kill(pid: int) -> None:
    """End one process without a warning."""
    _signal(pid, signal.SIGKILL)


def freeze(pid: int) -> None:
    """Stop the time of one process."""
    _signal(pid, signal.SIGSTOP)


def thaw(pid: int) -> None:
    """Let its time go on."""
    _signal(pid, signal.SIGCONT)
