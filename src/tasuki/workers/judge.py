"""From what `process` raised to the outcome of the attempt."""

import traceback
from collections.abc import Callable

import msgspec

from tasuki.model.backoff import BackoffRule, delay_after
from tasuki.model.outcome import (
    Cancel,
    Cancelled,
    Fail,
    Failed,
    JobError,
    Outcome,
    Retried,
    Retry,
    Snooze,
    Snoozed,
)

LONGEST_TRACEBACK = 65_536
LONGEST_MESSAGE = 4_096
_OWN_FILES = ("/tasuki/workers/",)


class Limits(msgspec.Struct, frozen=True):
    """How often a job may be tried, and how long it waits in between."""

    attempts: int
    backoff: BackoffRule


def judge(
    error: BaseException,
    attempt: int,
    limits: Limits,
    jitter: Callable[[], float] | None = None,
) -> Outcome:
    """The outcome of an attempt that raised `error`; `attempt` counts from 1."""
    match error:
        case Snooze():
            return Snoozed(error.seconds)
        case Cancel():
            return Cancelled(message=str(error))
        case Fail():
            return Failed(describe(error, "Fail"))
        case Retry():
            return _again(describe(error, "Retry"), attempt, limits, error.after, jitter)
        case _:
            return _again(describe(error), attempt, limits, None, jitter)


def timed_out(seconds: float, attempt: int, limits: Limits) -> Outcome:
    """The outcome of an attempt that took longer than `seconds`."""
    error = JobError("Timeout", f"the attempt took longer than {seconds:g} s")
    return _again(error, attempt, limits, None, None, "timeout")


def invalid(error: Exception) -> Failed:
    """The outcome when the job's data are not what the worker asks for: trying again is useless."""
    return Failed(JobError("InvalidData", str(error)[:LONGEST_MESSAGE]), "invalid")


def bad_result(error: Exception) -> Failed:
    """The outcome when the result cannot be kept: the work is done, so it is not done again."""
    return Failed(JobError("BadResult", str(error)[:LONGEST_MESSAGE]), "result")


def describe(error: BaseException, name: str | None = None) -> JobError:
    """An exception as text, without the frames of Tasuki's own code."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not any(part in frame.filename for part in _OWN_FILES)]
    try:
        message = str(error)
        text = "".join(
            [
                *(["Traceback (most recent call last):\n"] if own else []),
                *traceback.format_list(own),
                *traceback.format_exception_only(error),
            ]
        )
    except Exception as broken:  # noqa: BLE001 - an exception's own __str__ may raise anything
        message, text = f"(its text cannot be shown: {broken!r})", ""
    return JobError(
        name or type(error).__name__, message[:LONGEST_MESSAGE], text[-LONGEST_TRACEBACK:]
    )


def _again(
    error: JobError,
    attempt: int,
    limits: Limits,
    after: float | None,
    jitter: Callable[[], float] | None,
    reason: str = "error",
) -> Outcome:
    if attempt >= limits.attempts:
        return Failed(error, reason)
    if after is not None:
        return Retried(error, after)
    delay = (
        delay_after(limits.backoff, attempt, jitter)
        if jitter
        else delay_after(limits.backoff, attempt)
    )
    return Retried(error, delay)
