"""A job as it is submitted, and as people see it."""

from datetime import datetime
from typing import Any

import msgspec

from tasuki.model.backoff import BackoffRule, check_backoff, check_seconds
from tasuki.model.errors import InvalidError
from tasuki.model.names import check_tags, check_type, priority_number
from tasuki.model.outcome import JobError
from tasuki.model.state import State

DEFAULT_ATTEMPTS = 3
MOST_ATTEMPTS = 1_000_000
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
        check_type(self.type)
        if self.priority != 0 or self.priority is False:
            priority_number(self.priority)
        if self.delay is not None:
            check_seconds("delay", self.delay)
        if self.run_at is not None:
            _check_time(self.run_at, self.delay)
        if self.attempts is not None:
            check_attempts(self.attempts)
        if self.backoff is not None:
            check_backoff(self.backoff)
        if self.timeout is not None:
            check_timeout(self.timeout)
        if self.expires is not None:
            check_seconds("expires", self.expires)
        if self.keep is not None:
            check_seconds("keep", self.keep)
        if self.tags:
            check_tags(self.tags)


def check_attempts(attempts: object) -> None:
    """Refuse a number of attempts that is not a whole number of at least 1.

    Raises:
        InvalidError: naming the field `attempts`.
    """
    if isinstance(attempts, bool) or not isinstance(attempts, int):
        raise InvalidError("must be a whole number", field="attempts")
    if not 1 <= attempts <= MOST_ATTEMPTS:
        raise InvalidError(f"must be between 1 and {MOST_ATTEMPTS}", field="attempts")


def check_timeout(timeout: object) -> None:
    """Refuse a timeout that is not a number of seconds above 0.

    Raises:
        InvalidError: naming the field `timeout`.
    """
    check_seconds("timeout", timeout)
    if timeout == 0:
        raise InvalidError("must be more than 0 seconds", field="timeout")


def _check_time(run_at: object, delay: float | None) -> None:
    if not isinstance(run_at, datetime):
        raise InvalidError("must be a time", field="run_at")
    if run_at.tzinfo is None:
        raise InvalidError("must have a time zone, such as Z for UTC", field="run_at")
    if delay is not None:
        raise InvalidError("cannot be given together with delay", field="run_at")


class Attempts(msgspec.Struct, frozen=True):
    """How often a job has been run, and how often it may be."""

    made: int
    max: int


class JobInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of a job. Times are aware datetimes in UTC, spans are seconds.

    `run_at` is the time from which the job may run. `reason` says in one word why it is where it
    is (`error`, `crashed`, `expired`, `cancelled`, ...; `unreadable`: what is stored of it is no
    job). `runner` holds or held the job.

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
    cut: dict[str, int] | None = None
