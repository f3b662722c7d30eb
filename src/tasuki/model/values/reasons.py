"""Why a job is where it is, in one word."""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """A word, and what it `means`. Those that only a script gives stand in its text, too.

    >>> Reason("result").means
    'what was returned is not JSON, or too large'
    """

    means: str

    def __new__(cls, word: str, means: str) -> Self:
        """A word with its meaning."""
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.means = means
        return reason

    DELAY = "delay", "its time has not come"
    BACKOFF = "backoff", "an attempt has failed, and the next one follows"
    SUSPECT = "suspect", "it had begun when a process died, and waits for a runner apart"
    ERROR = "error", "its last attempt raised an exception"
    TIMEOUT = "timeout", "an attempt took longer than it may"
    INVALID = "invalid", "the data are not what the worker asks for"
    RESULT = "result", "what was returned is not JSON, or too large"
    RECORD = "record", "what the store holds of the job cannot be read by a runner"
    CRASHED = "crashed", "it has ended its process as often as it may"
    CANCELLED = "cancelled", "by a person, or by its worker"
    EXPIRED = "expired", "it was not started in time"
    UNREADABLE = "unreadable", "what is stored of it is no job"
