"""The server as a child process."""

import asyncio
import os
import resource
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tasuki.embedded.binary import Binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import NoStoreBinaryError
from tasuki.embedded.lock import FileLock
from tasuki.embedded.log import ServerLog

CLEAN_END = "exit code 0"
"""How a server ends that was asked to and has all data on disk."""


SERVER_ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=127:glibc.malloc.trim_threshold=268435456"
}
"""Lets the allocator keep more of what was freed at hand, since a batch frees and takes many small
pieces. Other allocators take no notice of it."""


class StoreProcess:
    """A server that this process started. It need not end with it."""

    def __init__(self, child: subprocess.Popen[bytes], log: ServerLog) -> None:
        self._child = child
        self.log = log

    @classmethod
    def spawn(cls, binary: Binary, directory: DataDir, config: Path, lock: FileLock) -> Self:
        """Start the server with the configuration file `config`, and hand it the lock.

        Raises:
            NoStoreBinaryError: the program cannot be run.
        """
        log = ServerLog(directory.log)
        output = os.open(directory.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            child = subprocess.Popen(
                [binary.path, config],
                cwd=directory.path,
                env=SERVER_ENVIRONMENT | os.environ,
                umask=0o077,
                pass_fds=(lock.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal goes to its whole session. The workers must hear of it
                # first and the store last, so the store is not part of that session.
                start_new_session=True,
                # Keeps SIGXFSZ ignored, as Python has it: over a file size limit the server then
                # reports a failed write as any other, where the signal would kill it wordlessly.
                restore_signals=False,
            )
        except OSError as error:
            raise NoStoreBinaryError(
                f"cannot run {binary.path}: {error.strerror}; install {binary.name} again"
            ) from error
        finally:
            os.close(output)
        _forbid_core_file(child.pid)
        return cls(child, log)

    @property
    def pid(self) -> int:
        return self._child.pid

    def how_ended(self) -> str | None:
        """`exit code 1`, `killed by SIGKILL`; None while it runs."""
        code = self._child.poll()
        if code is None:
            return None
        return f"exit code {code}" if code >= 0 else f"killed by {_signal_name(-code)}"

    async def end(self, patience: float) -> str:
        """Ask the server to end, and kill it after `patience` seconds. Returns how it ended."""
        try:
            if self._child.poll() is None:
                self._child.terminate()
            deadline = time.monotonic() + patience
            while (how := self.how_ended()) is None:
                if time.monotonic() > deadline:
                    self._child.kill()
                await asyncio.sleep(0.01)
            return how
        finally:
            self.disown()

    def disown(self) -> None:
        """Leave the server to itself."""
        if self._child.poll() is None:
            # Popen would warn about a child that is still running, which here is the intention.
            self._child.returncode = 0


def _forbid_core_file(pid: int) -> None:
    # A core file would hold everybody's jobs. Only Linux lets a parent see to that.
    if hasattr(resource, "prlimit"):
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _signal_name(number: int) -> str:
    return next((known.name for known in signal.Signals if known == number), f"signal {number}")
