"""A job as it is submitted, and as people see it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from tasuki.model.backoff import BackoffRule, check_backoff, check_seconds
from tasuki.model.errors import InvalidError
from tasuki.model.names import check_tags, check_type, priority_number
from tasuki.model.outcome import JobError
from tasuki.model.plain import plain_number, plain_text
from tasuki.model.state import State

DEFAULT_ATTEMPTS = 3
MOST_ATTEMPTS = 1_000_000
LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)
"""The last time at which a job may be told to run. Every time zone can show it."""

EMPTY_DATA = msgspec.Raw(b"{}")


class NewJob(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A job to be enqueued. What is None is left to the worker's class, or to the default.

    `data` is JSON text, checked by `tasuki.wire.payload`. Times are in seconds.
    Making one checks every field.

    Raises:
        InvalidError: naming the field that is wrong.
    """

    type: str
    data: msgspec.Raw = EMPTY_DATA
    priority: int | float | str = 0
    delay: float | None = None
    run_at: datetime | None = None
    attempts: int | None = None
    backoff: BackoffRule | None = None
    timeout: float | None = None
    expires: float | None = None
    keep: float | None = None
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        type = check_type(self.type)
        if type is not self.type:
            force_setattr(self, "type", type)
        if self.priority.__class__ is not int or self.priority:
            self._put("priority", _plain_priority(self.priority))
        if self.delay is not None or self.run_at is not None:
            self._put_start()
        if self.attempts is not None:
            self._put("attempts", check_attempts(self.attempts))
        if self.backoff is not None:
            self._put("backoff", check_backoff(self.backoff))
        if self.timeout is not None:
            self._put("timeout", check_timeout(self.timeout))
        if self.expires is not None:
            self._put("expires", check_seconds("expires", self.expires))
        if self.keep is not None:
            self._put("keep", check_seconds("keep", self.keep))
        if self.tags:
            self._put("tags", check_tags(self.tags))

    def _put_start(self) -> None:
        if self.delay is not None:
            self._put("delay", check_seconds("delay", self.delay))
        if self.run_at is not None:
            _check_time(self.run_at, self.delay)

    def _put(self, field: str, plain: object) -> None:
        if plain is not getattr(self, field):
            force_setattr(self, field, plain)


def _plain_priority(priority: object) -> int | float | str:
    number = priority_number(priority)
    return plain_text(priority) if isinstance(priority, str) else number


def check_attempts(attempts: object) -> int:
    """Give a number of attempts as a plain whole number, if it is one of at least 1.

    Raises:
        InvalidError: naming the field `attempts`.
    """
    number = plain_number(attempts)
    if not isinstance(number, int):
        raise InvalidError("must be a whole number", field="attempts")
    if not 1 <= number <= MOST_ATTEMPTS:
        raise InvalidError(f"must be between 1 and {MOST_ATTEMPTS}", field="attempts")
    return number


def check_timeout(timeout: object) -> float:
    """Give a timeout as a plain number, if it is a number of seconds above 0.

    Raises:
        InvalidError: naming the field `timeout`.
    """
    seconds = check_seconds("timeout", timeout)
    if seconds == 0:
        raise InvalidError("must be more than 0 seconds", field="timeout")
    return seconds


def check_moment(run_at: datetime, field: str = "run_at") -> None:
    """Refuse a time after the last day of the year 9999; later ones cannot be shown.

    Raises:
        InvalidError: naming `field`.
    """
    if run_at > LAST_MOMENT:
        raise InvalidError(f"must not be after {LAST_MOMENT:%Y-%m-%d}", field=field)


def _check_time(run_at: object, delay: float | None) -> None:
    if not isinstance(run_at, datetime):
        raise InvalidError("must be a time", field="run_at")
    if run_at.utcoffset() is None:
        raise InvalidError("must have a time zone, such as Z for UTC", field="run_at")
    if delay is not None:
        raise InvalidError("cannot be given together with delay", field="run_at")
    check_moment(run_at)


class Attempts(msgspec.Struct, frozen=True):
    """How often a job has been run, and how often it may be."""

    made: int
    max: int


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """How a job ended before a person had it run again. `attempts` is how many were made."""

    state: State
    reason: str | None
    error: JobError | None
    attempts: int
    crashes: int
    started_at: datetime | None
    finished_at: datetime


class JobInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of a job. Times are aware datetimes in UTC, spans are seconds.

    `run_at` is the time from which the job may run. `reason` says in one word why it is where it
    is (`error`, `crashed`, `expired`, `cancelled`, ...; `unreadable`: what is stored of it is no
    job). `runner` holds or held the job. `cancelling` tells that an active job was told to stop,
    and has not stopped yet. `before` is how it ended when it was retried by a person, the last
    time. `message` says more of a cancelled job.

    In lists, `cut` names what is too large for them, with its size in bytes: such a field holds a
    string of the first 200 characters of its JSON.
    """

    id: int
    type: str
    state: State
    reason: str | None = None
    priority: int | float = 0
    data: msgspec.Raw = EMPTY_DATA
    result: msgspec.Raw | None = None
    error: JobError | None = None
    attempts: Attempts
    crashes: int = 0
    progress: Any = None
    tags: tuple[str, ...] = ()
    created_at: datetime
    run_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    timeout: float | None = None
    runner: str | None = None
    cancelling: bool = False
    before: Before | None = None
    message: str | None = None
    cut: dict[str, int] | None = None
