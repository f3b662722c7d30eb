"""Locks that a dead process cannot keep: `flock` on files of the data directory.

`store.lock` is taken by whoever starts the server and handed down to it, so that the lock lives
exactly as long as the server does, whatever becomes of its starter. `users.lock` is shared by every
process that uses the server; who can take it alone is the last one and may stop the server.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from tasuki.embedded.errors import DataDirError


class FileLock:
    """One open lock file. Two of them exclude each other, even within one process.

    Raises:
        DataDirError: the file cannot be opened, or its file system knows no locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataDirError(
                f"cannot write to the data directory {path.parent}: {error.strerror};"
                " make it writable, or choose another one with --data-dir"
            ) from error

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock without waiting; False when others hold it in a way that excludes this.

        A shared lock that cannot be made exclusive is lost. Only someone who is leaving may try.
        """
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._fd, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise DataDirError(
                f"cannot lock {self._path}: {error.strerror};"
                " choose a data directory on a local disk with --data-dir"
            ) from error
        return True

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        """Let go of the file. The lock itself lives on in a child that was given the file."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
