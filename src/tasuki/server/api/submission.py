"""From bodies to jobs, and to what a job is to become."""

from typing import NamedTuple

import msgspec

from tasuki.client import submission
from tasuki.model.backoff import ExponentialBackoff, FixedBackoff
from tasuki.model.errors import InvalidError
from tasuki.model.job import KEY_REFUSED, NewJob
from tasuki.model.update import UPDATABLE, Update
from tasuki.server.http.body import Headers, decode_body
from tasuki.store.producer import Submission, check_size
from tasuki.wire import payload

LONGEST_KEY = 255
KEY_HEADER = "Idempotency-Key"
_KEY_NAME = KEY_HEADER.lower().encode()

_KNOWN = frozenset(
    {
        *NewJob.__struct_fields__,
        *FixedBackoff.__struct_fields__,
        *ExponentialBackoff.__struct_fields__,
    }
)
_NOT_IN_A_BODY = {
    "key": KEY_REFUSED,
    "idempotency_key": f"is not in the body: send the header {KEY_HEADER}",
}
_decoder = msgspec.json.Decoder(NewJob | list[NewJob])
_update_decoder = msgspec.json.Decoder(Update)


class Decoded(NamedTuple):
    """Jobs, and whether they came as an array."""

    jobs: list[NewJob]
    many: bool


def decode_jobs(body: bytes) -> Decoded:
    """Read one job or an array of jobs. When a name stands twice in an object, the last one counts.

    Raises:
        InvalidError: naming the field, as `attempts` or `[3].attempts`.
        RequestError: the body is not JSON.
    """
    found = decode_body(body, _decoder, _KNOWN, _NOT_IN_A_BODY)
    if isinstance(found, NewJob):
        payload.check(found.data)
        return Decoded([found], many=False)
    check_size(found)
    for position, job in enumerate(found):
        payload.check(job.data, f"[{position}].data")
    return Decoded(found, many=True)


def decode_update(body: bytes) -> Update:
    """Read what a job is to become.

    Raises:
        InvalidError: naming the field that is wrong or unknown; or it says nothing.
        RequestError: the body is not JSON.
    """
    return decode_body(body, _update_decoder, UPDATABLE)


def keyed_submission(jobs: list[NewJob], headers: Headers) -> Submission:
    """The jobs, under the idempotency key of the request if it has one.

    Raises:
        InvalidError: the key is empty, too long, or not plain text.
    """
    given = headers.get(_KEY_NAME)
    if given is None:
        return Submission(jobs)
    key = given.decode("latin-1")
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidError(
            f"must be 1 to {LONGEST_KEY} printable ASCII characters", field=KEY_HEADER
        )
    return submission(jobs, key)
