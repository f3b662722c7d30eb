"""Making jobs."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import NamedTuple

from msgspec import UNSET

from tasuki.model.errors import InvalidError, KeyReusedError, StoreUnavailableError
from tasuki.model.job import NewJob
from tasuki.model.values.names import too_many_types
from tasuki.store.link.call import call
from tasuki.store.link.link import CALL_SECONDS, Link
from tasuki.store.messages.enqueue import Enqueued, EnqueueOneRequest, EnqueueRequest
from tasuki.wire.ids import decode_id
from tasuki.wire.record import encode_tail

MOST_JOBS = 1_000
"""How many jobs one submission may hold: one script call makes them all, or none."""

KEY_SECONDS = 24 * 3_600
"""How long an idempotency key is remembered."""


class Submission(NamedTuple):
    """Jobs that are made together or not at all.

    With an `idempotency_key`, the same submission sent again makes nothing and gets the first one's
    ids. `fingerprint` tells whether it is the same.
    """

    jobs: Sequence[NewJob]
    idempotency_key: str | None = None
    fingerprint: str = ""


class Producer:
    """Enqueues submissions, many in one call. Used by one task at a time.

    Each call carries a number. When its reply is lost, the call is repeated under that number, and
    the store answers with the first reply instead of making the jobs again.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sender = ""
        self._number = 0
        self._in_doubt = True

    async def enqueue(self, submissions: Sequence[Submission]) -> list[list[int] | InvalidError]:
        """Make the jobs of all submissions. Gives their ids in order, one list per submission.

        A submission whose idempotency key was used for something else gets a KeyReusedError in its
        place, and one with a new type for which there is no room an InvalidError.

        Raises:
            InvalidError: a job cannot be written; nothing was sent.
            StoreFullError: the store is out of memory; nothing was made.
            StoreUnavailableError: the store did not answer; the jobs may or may not have been made.
            StoreError: another refusal of the store; nothing was made.
        """
        if self._in_doubt:
            # A call that got no reply may still be under way, and arrive after later ones. It must
            # not take the place of their numbers.
            self._sender, self._number = secrets.token_hex(8), 0
        self._number += 1
        try:
            request = self._request(submissions)
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise InvalidError(f"a job cannot be written: {error}") from error
        self._in_doubt = True
        started = monotonic()
        try:
            reply = await call(self._link, request)
            self._in_doubt = False
        except StoreUnavailableError as error:
            left = CALL_SECONDS - (monotonic() - started)
            if left <= 0 or isinstance(error.__cause__, TimeoutError):
                raise
            reply = await call(self._link, request, seconds=left)
        if reply.refused:
            return await self._enqueue_others(submissions, reply)
        return _share_out(submissions, reply)

    async def _enqueue_others(
        self, submissions: Sequence[Submission], reply: Enqueued
    ) -> list[list[int] | InvalidError]:
        """Nothing was made, because of some types. Make the submissions without them."""
        types = list(dict.fromkeys(job.type for each in submissions for job in each.jobs))
        refused = {types[kind - 1] for kind in reply.refused}
        errors = [_refusal(each, refused, reply.limit) for each in submissions]
        others = [each for each, error in zip(submissions, errors, strict=True) if error is None]
        made: Iterator[list[int] | InvalidError] = iter(
            await self.enqueue(others) if others else ()
        )
        return [next(made) if error is None else error for error in errors]

    def _request(self, submissions: Sequence[Submission]) -> EnqueueOneRequest | EnqueueRequest:
        if len(submissions) == 1 and _is_plain(submissions[0]):
            [job] = submissions[0].jobs
            tail, whole = encode_tail(job)
            if whole is None:
                return EnqueueOneRequest(
                    sender=self._sender,
                    number=str(self._number),
                    type=job.type,
                    priority=_priority(tail),
                    tail=tail,
                )
        return self._columns(submissions)

    def _columns(self, submissions: Sequence[Submission]) -> EnqueueRequest:
        types: dict[str, int] = {}
        kinds: list[int] = []
        priorities: list[str] = []
        tails: list[str] = []
        large: dict[int, str] = {}
        delays: dict[int, int] = {}
        times: dict[int, int] = {}
        expires: dict[int, int] = {}
        keyed: list[tuple[int, int, str, str]] = []
        position = 0
        for submission in submissions:
            first = position + 1
            for job in submission.jobs:
                position += 1
                tail, whole = encode_tail(job)
                tails.append(tail)
                if whole is not None:
                    large[position] = whole
                priorities.append(_priority(tail))
                kinds.append(types.setdefault(job.type, len(types) + 1))
                if job.delay:
                    delays[position] = _milliseconds(job.delay)
                if job.run_at is not None:
                    times[position] = _milliseconds(job.run_at.timestamp())
                if job.expires is not None:
                    expires[position] = _milliseconds(job.expires)
            if submission.idempotency_key is not None:
                digest = _digest(submission.idempotency_key)
                keyed.append((first, position, digest, submission.fingerprint))
        return EnqueueRequest(
            sender=self._sender,
            number=str(self._number),
            types=list(types),
            kinds=kinds,
            priorities=priorities,
            tails=tails,
            large=large or UNSET,
            delays=delays or UNSET,
            times=times or UNSET,
            expires=expires or UNSET,
            submissions=keyed or UNSET,
            key_seconds=KEY_SECONDS,
        )


def _is_plain(submission: Submission) -> bool:
    """Whether it is one job that may run at once, and is to be told by nothing."""
    if len(submission.jobs) != 1 or submission.idempotency_key is not None:
        return False
    job = submission.jobs[0]
    return not job.delay and job.run_at is None and job.expires is None


def _priority(tail: str) -> str:
    return tail[: tail.index(" ")]


def _share_out(
    submissions: Sequence[Submission], reply: Enqueued
) -> list[list[int] | InvalidError]:
    shares: list[list[int] | InvalidError] = []
    replays = dict(reply.replays)
    number, position = reply.first, 1
    for submission in submissions:
        size = len(submission.jobs)
        if position in reply.reused:
            shares.append(_reused())
        elif (known := replays.get(position)) is not None:
            shares.append([decode_id(id) for id in known.split()])
        else:
            shares.append(list(range(number, number + size)))
            number += size
        position += size
    return shares


def _reused() -> KeyReusedError:
    return KeyReusedError("was used before, for another submission", field="idempotency_key")


def _refusal(submission: Submission, types: set[str], limit: int) -> InvalidError | None:
    """The error for the first job of one of these types."""
    alone = len(submission.jobs) == 1
    for position, job in enumerate(submission.jobs):
        if job.type in types:
            return too_many_types(job.type, limit, "type" if alone else f"jobs[{position}].type")
    return None


def check_size(jobs: Sequence[object]) -> None:
    """Refuse a submission without jobs, or with more than 1,000.

    Raises:
        InvalidError: without a field, since it is about the whole.
    """
    if not jobs:
        raise InvalidError("a submission must hold at least one job")
    if len(jobs) > MOST_JOBS:
        raise InvalidError(f"a submission may hold at most {MOST_JOBS} jobs; send several")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
