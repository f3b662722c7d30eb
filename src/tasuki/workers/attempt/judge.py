"""From what `process` raised to the outcome of the attempt."""

from collections.abc import Callable
from typing import Any

import msgspec

from tasuki.model.backoff import BackoffRule, check_seconds, delay_after
from tasuki.model.outcome import (
    Cancel,
    Cancelled,
    Completed,
    Fail,
    Failed,
    JobError,
    Outcome,
    Released,
    Retried,
    Retry,
    Snooze,
    Snoozed,
)
from tasuki.model.values.reasons import Reason
from tasuki.wire.payload import encode, too_large
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.describe import describe, message_of, parts_of, traceback_of
from tasuki.workers.job import Job

NOTHING = Completed()


class RetryRule(msgspec.Struct, frozen=True):
    """How often a job may be tried, and how long it waits in between."""

    attempts: int
    backoff: BackoffRule


def judge(
    error: BaseException,
    number: int,
    rule: RetryRule,
    jitter: Callable[[], float] | None = None,
) -> Outcome:
    """The outcome of an attempt that raised `error`; `number` counts the attempts, from 1.

    A group of one is judged by what is in it, so that `Fail` means the same inside a task group.
    Nothing that the exception itself does can make this raise.
    """
    try:
        return _judge(_alone(error), number, rule, jitter)
    except BaseException:  # noqa: BLE001 - an exception's attributes may raise anything
        return _again(describe(error), number, rule, None, jitter)


def timed_out(seconds: float, number: int, rule: RetryRule, traceback: str = "") -> Outcome:
    """The outcome of an attempt that took longer than `seconds`; `traceback` is where it was."""
    error = JobError("Timeout", f"the attempt took longer than {seconds:g} s", traceback)
    return _again(error, number, rule, None, None, Reason.TIMEOUT)


def told(
    why: Stop | None,
    seconds: float,
    number: int,
    rule: RetryRule,
    error: BaseException | None = None,
) -> Outcome:
    """The outcome of one that was told to stop: what it came to itself, `error`, counts no more.

    `seconds` is how long it may take. One that is stopped for no reason of its own is given back.
    """
    match why:
        case Stop.CANCEL:
            return Cancelled()
        case Stop.TIMEOUT:
            where = "" if error is None else traceback_of(error)
            return timed_out(seconds, number, rule, where)
        case _:
            return Released()


def judge_result(result: object, limit: int) -> Outcome:
    """The outcome of an attempt that returned `result`, which may take `limit` bytes as JSON."""
    if result is None:
        return NOTHING
    try:
        text = bytes(encode(result, "result"))
        if len(text) > limit:
            raise too_large(len(text), limit, "result")
        return Completed(text.decode())
    except BaseException as error:  # noqa: BLE001 - users' types may raise anything
        return bad_result(error)


def check(job: Job[Any]) -> Outcome | None:
    """Whether the data are what the worker asks for: None if they are."""
    try:
        job.data  # noqa: B018 - reading it validates it
    except Exception as error:  # noqa: BLE001 - validators of users' models raise anything
        return invalid(error)
    return None


def invalid(error: BaseException) -> Failed:
    """The outcome when the job's data are not what the worker asks for: trying again is useless."""
    return Failed(JobError("InvalidData", message_of(error)), Reason.INVALID)


def bad_result(error: BaseException) -> Failed:
    """The outcome when the result cannot be kept: the work is done, so it is not done again."""
    return Failed(JobError("BadResult", message_of(error)), Reason.RESULT)


def bad_record(why: str) -> Failed:
    """The outcome when what the store holds of a job is no job: it will not get better."""
    return Failed(JobError("BadRecord", why), Reason.RECORD)


def _judge(
    error: BaseException, number: int, rule: RetryRule, jitter: Callable[[], float] | None
) -> Outcome:
    match error:
        case Snooze():
            return Snoozed(check_seconds("seconds", error.seconds))
        case Cancel():
            return Cancelled(message=message_of(error))
        case Fail():
            return Failed(describe(error, "Fail"))
        case Retry():
            after = None if error.after is None else check_seconds("after", error.after)
            return _again(describe(error, "Retry"), number, rule, after, jitter)
        case _:
            return _again(describe(error), number, rule, None, jitter)


def _alone(error: BaseException) -> BaseException:
    """What is in a group of one; the exception itself if it is no such group."""
    inner = error
    while len(parts := parts_of(inner)) == 1:
        [inner] = parts
    return inner if isinstance(inner, (Cancel, Fail, Retry, Snooze)) else error


def _again(
    error: JobError,
    number: int,
    rule: RetryRule,
    after: float | None,
    jitter: Callable[[], float] | None,
    reason: str = "error",
) -> Outcome:
    if number >= rule.attempts:
        return Failed(error, reason)
    if after is not None:
        return Retried(error, after)
    delay = (
        delay_after(rule.backoff, number, jitter) if jitter else delay_after(rule.backoff, number)
    )
    return Retried(error, delay)
