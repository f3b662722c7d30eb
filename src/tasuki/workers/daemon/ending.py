"""How a runner ended, and what that means for its jobs."""

import signal
from dataclasses import dataclass
from typing import Literal

from tasuki.model.errors import AppError, StoreUnsafeError, TasukiError
from tasuki.model.outcome import JobError
from tasuki.workers.process.protocol import EXIT_OK, EXIT_UNSAFE

Kill = Literal["patience", "linger", "overdue", "overtime"]
"""Why the supervisor killed a runner: it did not end when told to; it had left the store and did
not end; it was told to end by somebody else, and did not; it was blocked for longer than its jobs
may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a process. `code` is its exit code, or the negative number of a signal.

    `asked`: it had been told to end. `left`: it has said that it holds nothing any more.
    `failure`: why it could not start, in its own words. `begun`: the jobs that may have caused it,
    by their keys.
    """

    code: int
    asked: bool = False
    left: bool = False
    killed: Kill | None = None
    failure: str = ""
    begun: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.killed == "overtime":
            return "ran past its timeout and blocked its process"
        if self.killed == "overdue":
            return "its process was told to end, but not by its supervisor, and did not"
        return f"its process {self.how}"

    @property
    def how(self) -> str:
        """`was killed by signal 9 (SIGKILL)` or `exited with code 1`."""
        if self.code >= 0:
            return f"exited with code {self.code}"
        return f"was killed by signal {-self.code} ({_name(-self.code)})"

    @property
    def crash(self) -> JobError | None:
        """What its jobs are told, if it crashed; None when they are to be released untouched."""
        return None if self._wanted else JobError("Crashed", str(self))

    @property
    def by_job(self) -> bool:
        """Whether a job may have caused it; else the runner cannot live as it is."""
        return self.crash is not None and bool(self.begun)

    @property
    def refusal(self) -> TasukiError | None:
        """Why starting the runner again would not help; None if it would."""
        if not self.failure:
            return None
        return (StoreUnsafeError if self.code == EXIT_UNSAFE else AppError)(self.failure)

    @property
    def _wanted(self) -> bool:
        if self.left or self.failure or self.killed == "patience":
            return True
        # One that ends by itself when told to may have failed to say goodbye to the store, and one
        # that has hardly begun dies of the signal. SIGKILL is what a platform sends that has lost
        # its patience. Any other end is a crash like any other.
        kills = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
        return self.asked and self.killed is None and (self.code == EXIT_OK or -self.code in kills)


def _name(number: int) -> str:
    return next((known.name for known in signal.Signals if known == number), "unknown")
