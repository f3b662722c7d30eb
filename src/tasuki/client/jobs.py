"""Jobs and submissions from what a caller hands in, with errors in the caller's words."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from inspect import signature
from itertools import islice
from typing import Any

import msgspec

from tasuki.client.data import encode_data
from tasuki.model.backoff import BackoffRule
from tasuki.model.errors import InvalidError
from tasuki.model.job import NewJob, check_moment
from tasuki.store.producer import MOST_JOBS, Submission, check_size
from tasuki.wire import payload

_encoder = msgspec.json.Encoder()


def new_job(
    type: str,
    data: Any = None,
    *,
    delay: float | None = None,
    at: datetime | None = None,
    priority: float | str = 0,
    attempts: int | None = None,
    backoff: BackoffRule | Sequence[float] | None = None,
    timeout: float | None = None,
    expires: float | None = None,
    keep: float | None = None,
    tags: Sequence[str] = (),
) -> NewJob:
    """A job from the arguments of `Client.enqueue`.

    Raises:
        InvalidError: naming the argument that is wrong.
    """
    if at is not None:
        _check_at(at, delay)
    if backoff is not None and isinstance(backoff, Sequence):
        backoff = tuple(backoff)
    return NewJob(
        type=type,
        data=encode_data(data),
        delay=delay,
        run_at=at,
        priority=priority,
        attempts=attempts,
        backoff=backoff,
        timeout=timeout,
        expires=expires,
        keep=keep,
        tags=tags if isinstance(tags, tuple) else _as_tags(tags),
    )


OPTIONS = tuple(signature(new_job).parameters)


def new_jobs(items: Iterable[Mapping[str, Any] | NewJob]) -> list[NewJob]:
    """The jobs of one submission, from mappings with the arguments of `new_job`, or ready ones.

    Raises:
        InvalidError: naming the item and the argument, as in `jobs[3].delay`; or too many jobs.
    """
    jobs: list[NewJob] = []
    # One more than allowed, so that an endless iterable is refused as well.
    for position, item in enumerate(islice(items, MOST_JOBS + 1)):
        try:
            jobs.append(_new_job_of(item))
        except InvalidError as error:
            place = f"jobs[{position}]"
            field = f"{place}.{error.field}" if error.field else place
            raise error.__class__(error.message, field=field) from error
    check_size(jobs)
    return jobs


def submission(jobs: Sequence[NewJob], key: str | None = None) -> Submission:
    """The submission of these jobs. With a `key`, it is told from others by all that is in it.

    Raises:
        InvalidError: no jobs, too many, or a key that is not text.
    """
    check_size(jobs)
    if key is None:
        return Submission(jobs)
    if not isinstance(key, str) or not key:
        raise InvalidError("must be text, and not empty", field="key")
    return Submission(jobs, key, hashlib.sha256(_encoder.encode(jobs)).hexdigest()[:32])


def _new_job_of(item: object) -> NewJob:
    if isinstance(item, NewJob):
        payload.check(item.data)
        return item
    try:
        return new_job(**item)  # pyright: ignore[reportCallIssue] - that is what is tried
    except TypeError:
        _check_names(item)
        raise


def _check_names(item: object) -> None:
    """Say what is wrong with something that cannot be the arguments of `new_job`."""
    if not isinstance(item, Mapping):
        raise InvalidError('must be a mapping such as {"type": "email", "data": {...}}')
    for name in item:
        if name not in OPTIONS:
            close = get_close_matches(str(name), OPTIONS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"a job has {', '.join(OPTIONS)}"
            raise InvalidError(f"is not known; {hint}", field=str(name))
    if "type" not in item:
        raise InvalidError("is missing", field="type")


def _check_at(at: object, delay: float | None) -> None:
    if not isinstance(at, datetime):
        raise InvalidError("must be a datetime", field="at")
    if at.utcoffset() is None:
        raise InvalidError("must have a time zone, as datetime.now(UTC) has", field="at")
    if delay is not None:
        raise InvalidError("cannot be given together with delay", field="at")
    check_moment(at, "at")


def _as_tags(tags: object) -> tuple[str, ...]:
    if not isinstance(tags, list):
        raise InvalidError("must be a list of strings", field="tags")
    return tuple(tags)
