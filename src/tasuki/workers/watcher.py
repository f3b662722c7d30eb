"""Who watches over a runner: its supervisor, or nobody, in a program of the user's own."""

import logging
from typing import Protocol

log = logging.getLogger("tasuki.runner")


class Watcher(Protocol):
    """Is told how a runner is doing. Nothing that it does may raise or take long.

    `beat` and `blocked` are called in threads of the runner's, the others in its loop. `busy_until`
    is the monotonic time in seconds by which the running jobs should be over (0: there is none, or
    one without a timeout).
    """

    def registered(self, identity: str) -> None:
        """It is about to register under this identity; all that follows is about this one."""
        ...

    def beat(self, busy_until: float) -> None:
        """The heartbeat's thread is alive, whether or not the store is."""
        ...

    def begins(self, busy_until: float) -> None:
        """Jobs are about to begin."""
        ...

    def suspects(self, waiting: int) -> None:
        """So many jobs of its types wait for a runner that runs one job at a time."""
        ...

    def left(self, released: int) -> None:
        """It has left the store under its identity, and gave back so many jobs."""
        ...

    def retire(self, reason: str) -> None:
        """It is of little use any more: another runner should take its place while it drains."""
        ...

    def blocked(self, ref: str) -> None:
        """A job blocks the event loop past its timeout; only the end of the process ends it.

        `ref` is the job's id as the store has it, or empty when it cannot be told which one it is.
        """
        ...


class Unwatched:
    """Stands for the watcher of a runner that nobody watches. What needs a person goes to the log.

    >>> Runner(store, registry, watcher=Unwatched())
    """

    def registered(self, identity: str) -> None:
        """Nobody needs to know."""

    def beat(self, busy_until: float) -> None:
        """Nobody needs to know."""

    def begins(self, busy_until: float) -> None:
        """Nobody needs to know."""

    def suspects(self, waiting: int) -> None:
        """Nobody can start another runner."""

    def left(self, released: int) -> None:
        """Nobody needs to know."""

    def retire(self, reason: str) -> None:
        """Nobody can start another runner, so a person must start the program again."""
        log.error("%s: start this program again", reason)

    def blocked(self, ref: str) -> None:
        """Nobody can end the process but a person."""
        log.error("a job blocks this program past its timeout, and nothing but its end stops it")
