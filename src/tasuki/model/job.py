"""A job as it is submitted, and as people see it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from tasuki.model.errors import InvalidError
from tasuki.model.options import Options, Traits, checks_of
from tasuki.model.outcome import JobError
from tasuki.model.rules import Json, Line, Moment, Priority, Seconds
from tasuki.model.state import State
from tasuki.model.values.names import LONGEST_TYPE_BYTES

EMPTY_DATA = msgspec.Raw(b"{}")

KEY_REFUSED = (
    "does not name a submission any more: that is its idempotency_key, over HTTP the header "
    "Idempotency-Key, on the command line --idempotency-key"
)
"""Said at every door, so that nobody loses an idempotency key in silence."""


class NewJob(Options, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A job to be enqueued. What is None is left to the worker's class, or to the default.

    `data` is JSON text, checked by `tasuki.wire.payload`. Times are in seconds.
    Making one checks every field. What stands here, and not in `Options`, the store has to know.

    Raises:
        InvalidError: naming the field that is wrong.
    """

    type: Annotated[
        str,
        Line(LONGEST_TYPE_BYTES),
        "names the kind of work. A type that no worker handles yet is fine: its jobs wait",
    ]
    data: Annotated[msgspec.Raw, Json(), "what the worker gets: any JSON"] = EMPTY_DATA
    priority: Annotated[
        int | float | str,
        Priority(),
        "a number, or a name for one; the smaller number runs first, equal ones as they came",
    ] = 0
    delay: Annotated[float | None, Seconds(), "how long it waits until it may run"] = None
    run_at: Annotated[
        datetime | None, Moment(), "the time from which it may run; one in the past means now"
    ] = None
    expires: Annotated[
        float | None, Seconds(), "after how long it is cancelled if it has not been started"
    ] = None

    def __post_init__(self) -> None:
        _check(self)
        if self.run_at is not None and self.delay is not None:
            raise InvalidError("cannot be given together with delay", field="run_at")


_check = checks_of(NewJob)


Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with a time zone, UTC where people see it; as JSON in RFC 3339."""


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
    started_at: Time | None
    finished_at: Time


class JobInfo(Traits, frozen=True, omit_defaults=False):
    """Everything that is known of a job. Times are aware datetimes in UTC, spans are seconds.

    The options are those it was given; `timeout` is its worker's if it has none of its own.
    `expires` counts from `created_at`; it is None once the job can no more expire.

    `run_at` is the time from which the job may run. `reason` says in one word why it is where it
    is (`error`, `crashed`, `expired`, `cancelled`, ...; `unreadable`: what is stored of it is no
    job). `runner` holds or held the job. `cancelling` tells that an active job was told to stop,
    and has not stopped yet. `before` is how it ended when it was retried by a person, the last
    time. `message` says more of a cancelled job.

    In lists, `cut` names what is too large for them, with its size in bytes: such a field holds a
    string of the first 200 characters of its JSON. It is unset where nothing is cut.
    """

    id: int
    type: str
    state: State
    reason: str | None
    priority: int | float
    data: msgspec.Raw
    result: msgspec.Raw | None
    error: JobError | None
    attempts: Attempts
    crashes: int
    progress: Any
    expires: float | None
    created_at: Time
    run_at: Time | None = None
    started_at: Time | None = None
    finished_at: Time | None = None
    runner: str | None = None
    cancelling: bool = False
    before: Before | None = None
    message: str | None = None
    cut: dict[str, int] | msgspec.UnsetType = msgspec.UNSET
