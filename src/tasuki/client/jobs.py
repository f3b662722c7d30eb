"""Jobs and submissions from what a caller hands in, with errors in the caller's words."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, cast

import msgspec

from tasuki.client.data import encode_data
from tasuki.model.errors import InvalidError
from tasuki.model.job import KEY_REFUSED, NewJob
from tasuki.model.options import options_of
from tasuki.store.producer import MOST_JOBS, Submission, check_size
from tasuki.wire import payload

_encoder = msgspec.json.Encoder()


OPTIONS = tuple(option.name for option in options_of(NewJob))

_FORMER = {"key": KEY_REFUSED, "at": "is called run_at"}
_NOT_OF_A_JOB = {
    **_FORMER,
    "idempotency_key": "is for the whole submission: give it to enqueue_many",
}


def new_jobs(items: Iterable[Mapping[str, Any] | NewJob]) -> list[NewJob]:
    """The jobs of one submission, from mappings with the arguments of `enqueue`, or ready ones.

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


def refuse_former(**given: object) -> None:
    """Refuse arguments by names that they had once, so that nobody loses one in silence.

    Raises:
        InvalidError: one is given; the error says what it is called now.
    """
    for name, value in given.items():
        if value is not None:
            raise InvalidError(_FORMER[name], field=name)


def submission(jobs: Sequence[NewJob], idempotency_key: str | None = None) -> Submission:
    """The submission of these jobs. With an `idempotency_key` it is told from others by its jobs.

    Raises:
        InvalidError: no jobs, too many, or a key that is not text.
    """
    check_size(jobs)
    if idempotency_key is None:
        return Submission(jobs)
    if not isinstance(idempotency_key, str) or not idempotency_key:
        raise InvalidError("must be text, and not empty", field="idempotency_key")
    fingerprint = hashlib.sha256(_encoder.encode(jobs)).hexdigest()[:32]
    return Submission(jobs, idempotency_key, fingerprint)


def _new_job_of(item: object) -> NewJob:
    if isinstance(item, NewJob):
        payload.check(item.data)
        return item
    if not isinstance(item, Mapping):
        raise InvalidError('must be a mapping such as {"type": "email", "data": {...}}')
    given = cast("Mapping[str, Any]", item)
    arguments: dict[str, Any] = {**given, "data": encode_data(given.get("data"))}
    try:
        return NewJob(**arguments)
    except TypeError:
        _check_names(given)
        raise


def _check_names(item: Mapping[str, Any]) -> None:
    """Say what is wrong with names that cannot be those of the arguments of `enqueue`."""
    for name in item:
        if name in _NOT_OF_A_JOB:
            raise InvalidError(_NOT_OF_A_JOB[name], field=name)
        if name not in OPTIONS:
            close = get_close_matches(str(name), OPTIONS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"a job has {', '.join(OPTIONS)}"
            raise InvalidError(f"is not known; {hint}", field=str(name))
    if "type" not in item:
        raise InvalidError("is missing", field="type")
