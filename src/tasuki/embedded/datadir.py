"""The directory that holds a store: the names in it, and whether it is fit for use."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from tasuki.embedded.errors import DataDirError, SocketPathTooLongError
from tasuki.embedded.lock import FileLock

SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107
"""Bytes of a socket's path that the operating system takes (`sun_path` less its end mark)."""


@dataclass(frozen=True, slots=True)
class DataDir:
    """An absolute path, and the names of what lies below it."""

    path: Path

    @property
    def socket(self) -> Path:
        return self.path / "store.sock"

    @property
    def conversion_socket(self) -> Path:
        """Where the server listens during a conversion, so that nobody writes yet."""
        return self.path / "conv.sock"

    @property
    def conversion_dir(self) -> Path:
        """Where a conversion gathers its append-only file until it is whole."""
        return self.path / "conversion"

    @property
    def lock(self) -> Path:
        return self.path / "store.lock"

    @property
    def users(self) -> Path:
        return self.path / "users.lock"

    @property
    def config(self) -> Path:
        return self.path / "store.conf"

    @property
    def conversion_config(self) -> Path:
        return self.path / "conversion.conf"

    @property
    def log(self) -> Path:
        return self.path / "store.log"

    @property
    def version(self) -> Path:
        return self.path / "store.version"

    @property
    def snapshot(self) -> Path:
        return self.path / "dump.rdb"

    @property
    def append_dir(self) -> Path:
        return self.path / "appendonlydir"

    @property
    def manifest(self) -> Path:
        return self.append_dir / "appendonly.aof.manifest"

    def prepare(self) -> None:
        """Make the directory (0700) where it is missing, and check that it is fit and private.

        Raises:
            DataDirError: it cannot be made or written, or belongs to or is open to others.
            SocketPathTooLongError: the path of its socket is over the limit.
        """
        self._check_socket_path()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.path.stat()
        except OSError as error:
            raise DataDirError(
                f"cannot use {self.path} as the data directory: {error.strerror};"
                " choose another one with --data-dir"
            ) from error
        if found.st_uid != os.geteuid():
            raise DataDirError(
                f"the data directory {self.path} belongs to user id {found.st_uid}, and this"
                f" process runs as {os.geteuid()}; run as its owner, or choose another one with"
                " --data-dir"
            )
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise DataDirError(
                f"other users can write to the data directory {self.path}; run"
                f" `chmod go-w` on it, or name a new directory inside it with --data-dir"
            )
        # Root passes every permission check, so only a real write tells.
        FileLock(self.lock).close()

    def identity(self) -> tuple[int, int] | None:
        """What tells this directory from another one that gets its name; None if it is not there.

        The list of the append-only file and the socket belong to it: without the one its data
        cannot be read again, without the other nobody reaches the server.
        """
        try:
            found = self.path.stat()
        except OSError:
            return None
        whole = self.manifest.exists() and self.socket.exists()
        return (found.st_dev, found.st_ino) if whole else None

    @property
    def is_blank(self) -> bool:
        """Whether a server that starts here would start empty."""
        return not (self.manifest.exists() or any(self.append_dir.glob("appendonly.aof.*")))

    def write(self, path: Path, text: str) -> None:
        """Put `text` in a file that only its owner can read; whole or not at all."""
        draft = path.with_name(f"{path.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        self.sync()

    def sync(self) -> None:
        """Make names that were given or changed in the directory survive a power cut."""
        handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _check_socket_path(self) -> None:
        size = len(os.fsencode(self.socket))
        if size > SOCKET_PATH_LIMIT:
            raise SocketPathTooLongError(
                f"the store's socket {self.socket} has a path of {size} bytes, and this system"
                f" takes {SOCKET_PATH_LIMIT}; choose a shorter directory with --data-dir"
            )
