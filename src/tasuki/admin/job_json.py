"""A job as JSON, the same wherever it is shown."""

from typing import Any

import msgspec

from tasuki.admin.times import Time, rfc3339, rfc3339_or_none
from tasuki.model.job import Attempts, Before, JobInfo
from tasuki.model.outcome import JobError
from tasuki.model.state import State


class BeforeJson(msgspec.Struct, frozen=True, kw_only=True):
    """How a job ended before a person had it run again. `attempts` is how many were made."""

    state: State
    reason: str | None
    error: JobError | None
    attempts: int
    crashes: int
    started_at: Time | None
    finished_at: Time


class JobJson(msgspec.Struct, frozen=True, kw_only=True):
    """A job. `data` and `result` are the JSON text of the producer and the worker, untouched.

    `reason` says in one word why the job is in its state. `run_at` is when a scheduled job will
    run. `timeout` is in seconds. `runner` holds or held the job. `cancelling` tells that an active
    job was told to stop, and has not stopped yet. `before` is how it ended when it was retried by a
    person, the last time. `message` says more of a cancelled job. In lists `cut` names what is too
    large for them, with its size in bytes: such a field holds a string of the first 200 characters.
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
    tags: tuple[str, ...]
    created_at: Time
    run_at: Time | None
    started_at: Time | None
    finished_at: Time | None
    timeout: float | None
    runner: str | None
    cancelling: bool
    before: BeforeJson | None
    message: str | None
    cut: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


def job_json(info: JobInfo) -> JobJson:
    """What `msgspec.json.encode` writes for a job."""
    return JobJson(
        id=info.id,
        type=info.type,
        state=info.state,
        reason=info.reason,
        priority=info.priority,
        data=info.data,
        result=info.result,
        error=info.error,
        attempts=info.attempts,
        crashes=info.crashes,
        progress=info.progress,
        tags=info.tags,
        created_at=rfc3339(info.created_at),
        run_at=rfc3339_or_none(info.run_at),
        started_at=rfc3339_or_none(info.started_at),
        finished_at=rfc3339_or_none(info.finished_at),
        timeout=info.timeout,
        runner=info.runner,
        cancelling=info.cancelling,
        before=None if info.before is None else _before(info.before),
        message=info.message,
        cut=info.cut or msgspec.UNSET,
    )


def _before(before: Before) -> BeforeJson:
    return BeforeJson(
        state=before.state,
        reason=before.reason,
        error=before.error,
        attempts=before.attempts,
        crashes=before.crashes,
        started_at=rfc3339_or_none(before.started_at),
        finished_at=rfc3339(before.finished_at),
    )
