"""How an attempt ends.

A worker says it with a return value or by raising one of `Retry`, `Fail`, `Cancel`, `Snooze`. The
runner turns that into one frozen outcome, which is all that the store is told.
"""

import msgspec

from tasuki.model.portable import Portable
from tasuki.model.rules import check_seconds
from tasuki.model.values.reasons import Reason


class Signal(Portable):
    """Base of what a worker raises to choose the outcome of its attempt."""


class Retry(Signal):
    """This attempt failed; run the next one `after` seconds (the job's backoff if None)."""

    def __init__(self, reason: str = "", *, after: float | None = None) -> None:
        self.after = None if after is None else check_seconds("after", after)
        super().__init__(reason)


class Fail(Signal):
    """This job has failed for good, even if attempts are left."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)


class Cancel(Signal):
    """This job is not needed any more: it ends as cancelled."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)


class Snooze(Signal):
    """Not now: run again after `seconds`. The attempt does not count."""

    def __init__(self, seconds: float) -> None:
        self.seconds = check_seconds("seconds", seconds)
        super().__init__(f"{seconds} s")


class JobError(msgspec.Struct, frozen=True):
    """What went wrong in an attempt."""

    type: str
    message: str
    traceback: str = ""


class Completed(msgspec.Struct, frozen=True):
    """The attempt returned. `result` is JSON text."""

    result: str = "null"


class Retried(msgspec.Struct, frozen=True):
    """The attempt failed and another follows after `delay` seconds."""

    error: JobError
    delay: float


class Failed(msgspec.Struct, frozen=True):
    """The attempt failed and no other follows. `reason` is one word, such as `error`."""

    error: JobError
    reason: str = Reason.ERROR


class Cancelled(msgspec.Struct, frozen=True):
    """The job was cancelled while it ran."""

    reason: str = Reason.CANCELLED
    message: str = ""


class Snoozed(msgspec.Struct, frozen=True):
    """The job runs again after `delay` seconds, as the same attempt."""

    delay: float


class Released(msgspec.Struct, frozen=True):
    """The job goes back to its old place, as if it had not been claimed."""


Outcome = Completed | Retried | Failed | Cancelled | Snoozed | Released
