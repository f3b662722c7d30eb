"""A job as Kue shows it: times are strings of milliseconds, and what is absent is left out.

Kue has no cancelled jobs; ours are shown as failed, and the error says that they were cancelled.
"""

from datetime import datetime
from typing import Any

import msgspec

from tasuki.model.job import JobInfo
from tasuki.model.state import State

_STATES = {State.SCHEDULED: "delayed", State.ACTIVE: "active", State.COMPLETED: "complete"}
"""Kue's names; of the others those that have ended are `failed`, and the rest `inactive`."""
_NOTHING = (b"null", b"false", b"0", b'""')
"""Results that Kue does not store."""


def kue_job(info: JobInfo, id: str | int) -> dict[str, Any]:
    """The job under the id that the client used for it: text from a path, or a number."""
    started, finished = info.started_at, info.finished_at
    state = _STATES.get(info.state, "failed" if info.state.finished else "inactive")
    made, most = info.attempts.made, info.attempts.max
    given = info.timeout is not None
    progress, progress_data = _progress(info)
    fields = {
        "id": id,
        "type": info.type,
        "data": info.data,
        "result": _result(info.result),
        "priority": info.priority,
        "progress": progress,
        "progress_data": progress_data,
        "state": state,
        "error": _error(info),
        "created_at": _ms(info.created_at),
        "promote_at": _ms(info.run_at or info.created_at),
        "updated_at": _ms(finished or started or info.created_at),
        "failed_at": _ms(finished) if state == "failed" else None,
        "started_at": _ms(started),
        "duration": _duration(info),
        "delay": _delay(info),
        "workerId": info.runner,
        "ttl": str(round(info.timeout * 1_000)) if given and info.timeout is not None else None,
        "attempts": {
            "made": made,
            "remaining": max(0, most - made) if made else most,
            "max": most,
        },
    }
    return {name: value for name, value in fields.items() if value is not None}


def _ms(moment: datetime | None) -> str | None:
    return None if moment is None else str(round(moment.timestamp() * 1_000))


def _duration(info: JobInfo) -> str | None:
    if info.state is not State.COMPLETED or info.started_at is None or info.finished_at is None:
        return None
    return str(round((info.finished_at - info.started_at).total_seconds() * 1_000))


def _delay(info: JobInfo) -> str | None:
    if info.run_at is None or info.attempts.made:
        return None
    return str(round((info.run_at - info.created_at).total_seconds() * 1_000))


def _result(result: msgspec.Raw | None) -> msgspec.Raw | None:
    return None if result is None or bytes(result) in _NOTHING else result


def _progress(info: JobInfo) -> tuple[str | int, object]:
    """A percentage: the number 0 if there never was any, else text. And what else was said."""
    if info.state is State.COMPLETED:
        percentage: str | int = "100"
    else:
        percentage = 0
    match info.progress:
        case {"done": int() | float() as done, "total": int() | float() as total} if total > 0:
            note = info.progress.get("note")
            return (percentage or str(round(min(done / total, 1) * 100))), note
        case _:
            return percentage, None


def _error(info: JobInfo) -> str | None:
    if info.error is not None:
        first = f"{info.error.type}: {info.error.message}"
        return f"{first}\n{info.error.traceback}" if info.error.traceback else first
    return info.reason if info.state is State.CANCELLED else None
