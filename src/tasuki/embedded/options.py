"""How the server is to run, and the configuration file that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import StoreOptionError
from tasuki.embedded.memory import default_maxmemory
from tasuki.model.settings.embedded import FSYNC, LEAST_MEMORY, Fsync

# What the lock, the promises and this package's own calls rest on.
_NOT_FOR_CALLERS = frozenset(
    {
        "appenddirname",
        "appendfilename",
        "appendfsync",
        "appendonly",
        "cluster-enabled",
        "daemonize",
        "dbfilename",
        "dir",
        "include",
        "logfile",
        "maxmemory",
        "maxmemory-policy",
        "pidfile",
        "port",
        "requirepass",
        "unixsocket",
    }
)


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Settings for the server.

    `fsync` says when an acknowledged write is on disk: `always` before it is acknowledged,
    `everysec` within a second or two, `no` when the operating system likes. `maxmemory` is in
    bytes (None: half of what the machine or the container has). `extra` holds further lines of
    server configuration.

    Raises:
        StoreOptionError: a value is out of range, or `extra` names what Tasuki itself must set.
    """

    fsync: Fsync = FSYNC
    maxmemory: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if self.fsync not in get_args(Fsync):
            allowed = ", ".join(get_args(Fsync))
            raise StoreOptionError(f"fsync is {self.fsync!r}; use one of {allowed}")
        if self.maxmemory is not None and self.maxmemory < LEAST_MEMORY:
            raise StoreOptionError(
                f"maxmemory is {self.maxmemory} bytes; the store needs at least {LEAST_MEMORY}"
                f" ({LEAST_MEMORY // 2**20} MiB)"
            )
        for name, value in self.extra.items():
            if name.lower() in _NOT_FOR_CALLERS:
                raise StoreOptionError(f"the store option {name!r} is Tasuki's own; leave it out")
            if not name or any(sign in name + value for sign in "\r\n\0"):
                raise StoreOptionError(f"the store option {name!r} must be one line of text")


def config_text(directory: DataDir, options: StoreOptions) -> str:
    """The server's configuration file."""
    settings = _settings(directory) | _choices(options)
    return _lines(settings | dict(options.extra))


def conversion_config_text(directory: DataDir, options: StoreOptions) -> str:
    """The configuration of a server that only turns a snapshot into an append-only file."""
    changed = {
        "unixsocket": _quoted(directory.conversion_socket),
        "appendonly": "no",
        "appenddirname": directory.conversion_dir.name,
    }
    return _lines(_settings(directory) | _choices(options) | dict(options.extra) | changed)


def _choices(options: StoreOptions) -> dict[str, str]:
    most = options.maxmemory or max(LEAST_MEMORY, default_maxmemory())
    return {"appendfsync": options.fsync, "maxmemory": str(most)}


def _settings(directory: DataDir) -> dict[str, str]:
    return {
        # Reachable by this user's processes alone.
        "port": "0",
        "unixsocket": _quoted(directory.socket),
        "unixsocketperm": "700",
        "enable-debug-command": "no",
        "enable-module-command": "no",
        "enable-protected-configs": "no",
        # Nothing acknowledged is lost, nothing is thrown away to make room.
        "appendonly": "yes",
        "no-appendfsync-on-rewrite": "no",
        "aof-load-truncated": "yes",
        "save": "3600 1",
        "stop-writes-on-bgsave-error": "yes",
        "maxmemory-policy": "noeviction",
        # The jobs that a runner holds are one small set, and a batch looks up each of them in it: a
        # list of up to 128, as by default, is searched from its start each time.
        "zset-max-listpack-entries": "16",
        # A script that takes a second is a defect, and its callers should hear of it.
        "busy-reply-threshold": "1000",
        # The append-only file is synced when the server ends; a snapshot would only take time.
        "shutdown-on-sigterm": "nosave",
        "shutdown-on-sigint": "nosave",
        "daemonize": "no",
        "dir": _quoted(directory.path),
        "logfile": directory.log.name,
        "pidfile": "store.pid",
    }


def _lines(settings: Mapping[str, str]) -> str:
    heading = "# Written by Tasuki at each start of the store: edits are lost.\n"
    return heading + "".join(f"{name} {value}\n" for name, value in settings.items())


def _quoted(path: Path) -> str:
    """A path as the server's configuration reads it, whatever bytes are in it."""
    signs = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in bytes(path)
    )
    return '"' + "".join(signs) + '"'
