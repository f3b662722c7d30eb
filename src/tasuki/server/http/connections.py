"""How many connections there may be at once, and which one goes when there are too many."""

import logging
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

log = logging.getLogger("tasuki.server")

MOST_FILES = 65_536
"""The limit of open files is raised up to here, where that is allowed."""
MOST_CONNECTIONS = 10_000
"""How many connections there may be if nobody has said so and files are plenty."""
LEAST_CONNECTIONS = 8
RESERVED_FILES = 32
"""Files that are kept free of connections: for the store, for logs, and for what is opened once."""
TELL_SECONDS = 60.0

ABORT = "tasuki.abort"
"""The extension by which our protocol drops a connection at once, with what is unsent."""


class Idle(Protocol):
    """A connection that can be let go while it does nothing."""

    def let_go(self) -> None:
        """Close it. No request is under way."""
        ...


def raise_file_limit() -> None:
    """Let this process, and those that it starts, open as many files as they may, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError) as error:
            log.debug("the limit of open files stays at %d: %s", soft, error)


def default_connections(reserve: int = 0) -> int:
    """How many connections leave room for the server's own files, and for `reserve` more."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(
        LEAST_CONNECTIONS, min(MOST_CONNECTIONS, soft - _open_files() - RESERVED_FILES - reserve)
    )


def _open_files() -> int:
    try:
        return len(list(Path("/dev/fd").iterdir()))
    except OSError:
        return RESERVED_FILES


class Connections:
    """Knows the connections of a server. At the limit, the one that is idle the longest goes.

    A new connection that finds all others at work is not taken. What happens is told, once a
    minute at most.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._open: set[Idle] = set()
        self._idle: dict[Idle, None] = {}
        self._let_go = self._refused = 0
        self._told = -TELL_SECONDS

    def take(self, connection: Idle) -> bool:
        """Make room for a new connection, which is idle yet. False when there is none."""
        while len(self._open) >= self.most:
            if not self._idle:
                self._refused += 1
                self._tell()
                return False
            idlest = next(iter(self._idle))
            self.forget(idlest)
            idlest.let_go()
            self._let_go += 1
            self._tell()
        self._open.add(connection)
        self._idle[connection] = None
        return True

    def busy(self, connection: Idle) -> None:
        """A request has come."""
        self._idle.pop(connection, None)

    def idle(self, connection: Idle) -> None:
        """The last request has been answered."""
        if connection in self._open:
            self._idle[connection] = None

    def forget(self, connection: Idle) -> None:
        """The connection is closed."""
        self._open.discard(connection)
        self._idle.pop(connection, None)

    def _tell(self) -> None:
        if self._clock() - self._told < TELL_SECONDS:
            return
        self._told = self._clock()
        log.warning(
            "all %d connections are in use: the idlest are closed for new ones (%d so far), and new"
            " ones are refused while all are at work (%d so far); server.connections sets how many"
            " there may be, and the limit of open files must allow for them",
            self.most,
            self._let_go,
            self._refused,
        )
