"""From what the store keeps of a job to what people see of it."""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from tasuki.model.job import DEFAULT_ATTEMPTS, Attempts, Before, JobInfo
from tasuki.model.state import State
from tasuki.wire.ids import decode_id
from tasuki.wire.record import (
    NOBODY,
    End,
    Record,
    Tries,
    decode_end,
    decode_error,
    decode_record,
    decode_tries,
)


class WorkerOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker sets for all jobs of its type."""

    attempts: int | None = None
    timeout: float | None = None


class Row(NamedTuple):
    """One job as the script `inspect` gives it; what is not there is empty."""

    state: str
    place: str
    score: str
    record: str
    end: str
    tries: str
    progress: str


_options = msgspec.json.Decoder(WorkerOptions)


def moment(milliseconds: float) -> datetime:
    """The time that is so many milliseconds after 1970, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def worker_options(text: str) -> WorkerOptions:
    """What a worker has set for its type, from the JSON in the store."""
    return _options.decode(text) if text else WorkerOptions()


def job_info(id: str, row: Row, options: WorkerOptions) -> JobInfo:
    """Put together what is known of a job."""
    record, tries = decode_record(row.record), decode_tries(row.tries)
    if row.end:
        return _finished(id, record, decode_end(row.end), row, options)
    return _unfinished(id, record, tries, row, options)


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
    return _info(
        id,
        record,
        row,
        options,
        state=state,
        reason=("backoff" if tries.made else "delay") if state is State.SCHEDULED else None,
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
        result=msgspec.Raw(end.body.encode()) if end.state is State.COMPLETED else None,
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
    timeout = record.options.timeout if record.options.timeout is not None else options.timeout
    known = {
        "id": decode_id(id),
        "type": record.type,
        "priority": record.priority,
        "data": msgspec.Raw(record.data.encode()),
        "attempts": Attempts(made, most),
        "progress": msgspec.json.decode(row.progress) if row.progress else None,
        "tags": record.options.tags,
        "created_at": moment(record.created),
        "timeout": timeout,
    }
    return JobInfo(**(known | fields))  # pyright: ignore[reportArgumentType]
