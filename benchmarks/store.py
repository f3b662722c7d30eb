"""The one Valkey that everybody is measured on, in one of two setups."""

import subprocess
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Self, cast, get_args

from valkey import Valkey
from valkey.exceptions import ConnectionError as Unreachable

from benchmarks import processes
from benchmarks.ports import free_port
from tasuki.embedded.binary import find_binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.options import Fsync, StoreOptions, config_text
from tasuki.embedded.process import SERVER_ENVIRONMENT

FSYNC_POLICIES: tuple[Fsync, ...] = get_args(Fsync)

_READY_SECONDS = 10.0

_SCRIPT_COMMANDS = ("eval", "evalsha", "fcall", "fcall_ro", "evalsha_ro", "eval_ro")


class Setup(Enum):
    """How clients reach the store, and what it writes to disk."""

    DURABLE = "durable"
    """A unix socket and an append-only file: as Tasuki runs its own store."""
    TCP = "TCP"
    """TCP over loopback, and nothing on disk: as job servers are mostly compared."""


@dataclass(frozen=True, slots=True)
class ScriptTime:
    """What the store did in scripts and functions."""

    calls: int
    seconds: float

    def __sub__(self, earlier: "ScriptTime") -> "ScriptTime":
        return ScriptTime(self.calls - earlier.calls, self.seconds - earlier.seconds)


class Store:
    """A fresh Valkey in `directory`, run with the embedded store's settings but for its setup."""

    def __init__(self, directory: Path, fsync: Fsync, setup: Setup) -> None:
        self.setup = setup
        self._place = DataDir(directory)
        self._options = StoreOptions(fsync=fsync)
        self._port = free_port() if setup is Setup.TCP else None
        self._binary = find_binary()
        self._client = Valkey(unix_socket_path=str(self._place.socket), socket_timeout=60)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where everybody who is measured connects to. The harness itself uses the socket."""
        if self._port is None:
            return f"unix://{self._place.socket}"
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int:
        """Id of the server's process."""
        assert self._process is not None
        return self._process.pid

    @property
    def version(self) -> str:
        """Name and version of the server program."""
        return str(self._binary)

    def __enter__(self) -> Self:
        self._place.config.write_text(self._config())
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

    def script_time(self) -> ScriptTime:
        """Calls of scripts and functions since the store was started, and their time."""
        stats = self._info("commandstats")
        rows = [stats[key] for name in _SCRIPT_COMMANDS if (key := f"cmdstat_{name}") in stats]
        return ScriptTime(sum(row["calls"] for row in rows), sum(row["usec"] for row in rows) / 1e6)

    def _config(self) -> str:
        text = config_text(self._place, self._options)
        if self._port is None:
            return text
        return f'{text}bind 127.0.0.1\nport {self._port}\nappendonly no\nsave ""\n'

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
