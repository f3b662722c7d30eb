"""The one Valkey that everybody is measured on."""

import subprocess
import time
from pathlib import Path
from typing import Any, Self, cast, get_args

from valkey import Valkey
from valkey.exceptions import ConnectionError as Unreachable

from benchmarks import processes
from tasuki.embedded.binary import find_binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.options import Fsync, StoreOptions, config_text
from tasuki.embedded.process import SERVER_ENVIRONMENT

FSYNC_POLICIES: tuple[Fsync, ...] = get_args(Fsync)

_READY_SECONDS = 10.0


class Store:
    """A fresh Valkey on a unix socket in `directory`, run with the embedded store's settings."""

    def __init__(self, directory: Path, fsync: Fsync) -> None:
        self._place = DataDir(directory)
        self._options = StoreOptions(fsync=fsync)
        self._binary = find_binary()
        self._client = Valkey(unix_socket_path=str(self.socket), socket_timeout=60)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self._place.socket

    @property
    def version(self) -> str:
        """Name and version of the server program."""
        return str(self._binary)

    def __enter__(self) -> Self:
        self._place.config.write_text(config_text(self._place, self._options))
        command = [str(self._binary.path), str(self._place.config)]
        self._process = processes.start(command, SERVER_ENVIRONMENT, self._place.log)
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                processes.kill(self._process)
                raise RuntimeError(f"Valkey did not start:\n{processes.tail(self._place.log)}")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        """Kills it: nobody needs what it holds."""
        self._client.close()
        if self._process is not None:
            processes.kill(self._process)

    def clear(self) -> None:
        """Empties the store, and waits until it rests.

        What it held is freed before this returns, not in the background of the next measurement.
        """
        self._client.execute_command("FLUSHALL", "SYNC")
        self.rest()

    def rest(self) -> None:
        """Waits for the end of a rewrite of the log, or of a snapshot, if there is one."""
        while self._is_rewriting():
            time.sleep(0.02)

    def used_memory(self) -> int:
        """Bytes the store has allocated."""
        return int(self._info("memory")["used_memory"])

    def _answers(self) -> bool:
        try:
            return bool(self._client.ping())
        except Unreachable:
            return False

    def _is_rewriting(self) -> bool:
        state = self._info("persistence")
        return any(state[f"{name}_in_progress"] for name in ("aof_rewrite", "rdb_bgsave"))

    def _info(self, section: str) -> dict[str, Any]:
        return cast("dict[str, Any]", self._client.info(section))
