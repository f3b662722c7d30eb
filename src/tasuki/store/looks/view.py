"""From what the store keeps of a job to what people see of it."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from tasuki.model.job import EMPTY_DATA, Attempts, Before, JobInfo
from tasuki.model.options import DEFAULT_ATTEMPTS, Traits
from tasuki.model.state import State
from tasuki.model.values.reasons import Reason
from tasuki.store.messages.looks import Row
from tasuki.store.messages.runners import WorkerOptions
from tasuki.wire.ids import decode_id
from tasuki.wire.record import (
    NOBODY,
    End,
    Large,
    Record,
    Tries,
    decode_end,
    decode_error,
    decode_record,
    decode_tries,
)

SHOWN = 200
"""How many characters lists show of data and results."""

UNKNOWN_TYPE = "?"
"""Stands for the type of a job whose record cannot be read at all."""

_options = msgspec.json.Decoder(WorkerOptions)


def moment(milliseconds: float) -> datetime:
    """The time that is so many milliseconds after 1970, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def worker_options(text: str) -> WorkerOptions:
    """What a worker has set for its type, from the JSON in the store."""
    return _options.decode(text) if text else WorkerOptions()


def job_info(id: str, row: Row, options: WorkerOptions) -> JobInfo:
    """Put together what is known of a job, with the beginning of what stands in its own place."""
    record, tries = decode_record(row.record), decode_tries(row.tries)
    if row.end:
        return _finished(id, record, decode_end(row.end), row, options)
    return _unfinished(id, record, tries, row, options)


def type_of(row: Row) -> str:
    """The type of a job, from its record alone.

    Raises:
        IndexError: the record has none.
    """
    return row.record.split("\n", 1)[0].split(" ", 3)[3]


def brief(info: JobInfo) -> JobInfo:
    """The same with the beginning only of what is large, and with errors without tracebacks."""
    cut = dict(info.cut or {})
    changes: dict[str, Any] = {}
    for field in ("data", "result"):
        raw = getattr(info, field)
        if raw is not None and field not in cut and len(text := bytes(raw)) > SHOWN:
            changes[field] = _beginning(text.decode())
            cut[field] = len(text)
    if info.error is not None and info.error.traceback:
        changes["error"] = msgspec.structs.replace(info.error, traceback="")
    if not changes:
        return info
    return msgspec.structs.replace(info, **changes, cut=cut or msgspec.UNSET)


def unreadable(id: int, row: Row) -> JobInfo:
    """What can be said of a job whose record, end or tries cannot be read."""
    try:
        type = type_of(row)
    except IndexError:
        type = UNKNOWN_TYPE
    try:
        created = moment(int(row.record.split(" ", 1)[0]))
    except (ArithmeticError, OSError, ValueError):
        created = moment(0)
    return JobInfo(
        id=id,
        type=type,
        state=State(row.state),
        reason=Reason.UNREADABLE,
        priority=0,
        data=EMPTY_DATA,
        result=None,
        error=None,
        attempts=Attempts(0, 0),
        crashes=0,
        progress=None,
        expires=None,
        created_at=created,
    )


def _beginning(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text[:SHOWN]))


def _shown(text: str, large: Large | None) -> msgspec.Raw:
    return _beginning(large.preview) if large else msgspec.Raw(text.encode())


def _cut(**fields: Large | None) -> dict[str, int] | msgspec.UnsetType:
    return {field: large.size for field, large in fields.items() if large} or msgspec.UNSET


def ended_before(text: str) -> Before:
    """How a job ended before it was retried, from its end of then without the result."""
    end = decode_end(text)
    return Before(
        state=end.state,
        reason=end.reason if end.reason != "-" else None,
        error=decode_error(end.body) if end.state is State.FAILED else None,
        attempts=end.made,
        crashes=end.crashes,
        started_at=moment(end.started) if end.started else None,
        finished_at=moment(end.finished),
    )


def _unfinished(id: str, record: Record, tries: Tries, row: Row, options: WorkerOptions) -> JobInfo:
    state = State(row.state)
    active = state is State.ACTIVE
    reason = None
    if state is State.SCHEDULED:
        reason = Reason.BACKOFF if tries.made else Reason.DELAY
    elif row.place.startswith("apart:"):
        reason = Reason.SUSPECT
    return _info(
        id,
        record,
        row,
        options,
        state=state,
        reason=reason,
        error=decode_error(tries.error),
        made=tries.made + active,
        crashes=tries.crashes,
        run_at=moment(float(row.score)) if state is State.SCHEDULED else None,
        started_at=moment(float(row.score) / 1_000) if active else None,
        runner=row.place.partition(":")[2] if active else None,
    )


def _finished(id: str, record: Record, end: End, row: Row, options: WorkerOptions) -> JobInfo:
    return _info(
        id,
        record,
        row,
        options,
        state=end.state,
        reason=end.reason if end.reason != "-" else None,
        result=_shown(end.body, end.large) if end.state is State.COMPLETED else None,
        cut=_cut(data=record.large, result=end.large),
        error=decode_error(end.body) if end.state is State.FAILED else None,
        message=(end.body or None) if end.state is State.CANCELLED else None,
        made=end.made,
        crashes=end.crashes,
        started_at=moment(end.started) if end.started else None,
        finished_at=moment(end.finished),
        runner=end.runner if end.runner != NOBODY else None,
    )


def _info(
    id: str,
    record: Record,
    row: Row,
    options: WorkerOptions,
    *,
    made: int,
    **fields: object,
) -> JobInfo:
    most = record.options.attempts or options.attempts or DEFAULT_ATTEMPTS
    own = record.options
    expires = (record.expires - record.created) / 1_000 if record.expires else None
    known: dict[str, object] = {
        **{name: getattr(own, name) for name in Traits.__struct_fields__},
        "id": decode_id(id),
        "type": record.type,
        "priority": record.priority,
        "data": _shown(record.data, record.large),
        "result": None,
        "cut": _cut(data=record.large),
        "attempts": Attempts(made, most),
        "progress": msgspec.json.decode(row.progress) if row.progress else None,
        "created_at": moment(record.created),
        "expires": expires,
        "timeout": options.timeout if own.timeout is None else own.timeout,
    }
    return JobInfo(**(known | fields))  # pyright: ignore[reportArgumentType]
