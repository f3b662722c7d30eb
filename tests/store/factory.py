"""Makes jobs, runners and reports for the tests of the store, in one line each."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tasuki.model.job import NewJob
from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.lease import Lease
from tasuki.store.messages import (
    Exchanged,
    FinishedGroup,
    Notes,
    ReleasedGroup,
    Report,
    ScheduledGroup,
)
from tasuki.store.producer import Submission
from tasuki.store.store import Store
from tasuki.wire.ids import decode_id, encode_id
from tasuki.wire.record import (
    Record,
    Tries,
    decode_record,
    decode_tries,
    encode_error,
    encode_tries,
)
from tests.support import Plain

ERROR = JobError("ValueError", "it broke")
FAR = 1_000_000.0
"""Seconds: a delay that no test lives to see the end of."""


def new_job(type: str = "email", data: object = None, **options: Any) -> NewJob:
    return NewJob(type=type, data=msgspec.Raw(msgspec.json.encode(data or {})), **options)


async def enqueue(store: Store, type: str = "email", data: object = None, **options: Any) -> int:
    """Enqueue one job with options of `NewJob`, and give its id."""
    [id] = await enqueue_many(store, [new_job(type, data, **options)])
    return id


async def enqueue_many(store: Store, jobs: Sequence[NewJob]) -> list[int]:
    """Enqueue jobs together, and give their ids."""
    [ids] = await store.producer().enqueue([Submission(jobs)])
    assert isinstance(ids, list)
    return ids


def run_out(plain: Plain, store: Store, id: int) -> None:
    """The time in which a job had to run is over."""
    name, key = encode_id(id), store.keyspace.key
    created, _, rest = (plain.hget(key("jobs"), name) or "").split(" ", 2)
    plain.hset(key("jobs"), name, f"{created} 1 {rest}")
    plain.zadd(key("expires"), {name: 1}, xx=True)


class Held(NamedTuple):
    """A job that a runner has claimed, and the stamp under which it holds it."""

    id: int
    stamp: str
    record: Record
    tries: Tries

    @property
    def type(self) -> str:
        return self.record.type

    @property
    def started(self) -> str:
        return self.stamp[:-3]


class Runner:
    """A runner that does as it is told. `Lease` with the bookkeeping of a pump."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease

    @property
    def id(self) -> str:
        return self.lease.runner

    async def exchange(
        self, report: Report | None = None, demand: Mapping[str, int] | None = None, **options: Any
    ) -> Exchanged:
        options.setdefault("rung", [])
        return await self.lease.exchange(
            report or report_of(), list((demand or {}).items()), **options
        )

    async def claim(self, type: str = "email", n: int = 1, **options: Any) -> list[Held]:
        """Claim up to `n` jobs of a type."""
        return held_by(await self.exchange(demand={type: n}, **options))

    async def claim_one(self, type: str = "email") -> Held:
        """Claim a job of a type; there must be one."""
        [held] = await self.claim(type)
        return held

    async def settle(self, report: Report, **options: Any) -> list[int]:
        """Settle, and give the ids of the jobs that were lost."""
        return [decode_id(id) for id in (await self.exchange(report, **options)).lost]


async def runner(store: Store, terms: LeaseTerms | None = None, **types: str) -> Runner:
    """Register a new runner. `types` are options of workers, as JSON."""
    lease = store.lease(terms)
    await lease.register({"host": "test", "pid": "1"}, types.items())
    return Runner(lease)


def held_by(reply: Exchanged) -> list[Held]:
    """The jobs that an exchange gave, in its order."""
    jobs: list[Held] = []
    for group in reply.claimed:
        tries = group.tries or [""] * len(group.ids)
        for id, record, tried in zip(group.ids, group.records, tries, strict=True):
            jobs.append(
                Held(decode_id(id), reply.stamp, decode_record(record), decode_tries(tried))
            )
    return jobs


def report_of(
    *,
    notes: Notes | None = None,
    finished: Sequence[FinishedGroup] = (),
    scheduled: Sequence[ScheduledGroup] = (),
    released: Sequence[ReleasedGroup] = (),
) -> Report:
    return Report(notes or Notes(), list(finished), list(scheduled), list(released))


def merged(*reports: Report) -> Report:
    """All of these in one; at most one may have notes."""
    notes = [report.notes for report in reports if report.notes.ids]
    assert len(notes) <= 1
    return report_of(
        notes=notes[0] if notes else None,
        finished=[group for report in reports for group in report.finished],
        scheduled=[group for report in reports for group in report.scheduled],
        released=[group for report in reports for group in report.released],
    )


def finished(
    *jobs: Held,
    state: State = State.COMPLETED,
    reason: str = "-",
    body: str = "null",
    keep: float | None = None,
    ms: int = 5,
) -> Report:
    """Jobs of one type have ended. `keep` is a time of their own, in seconds; None: the rule's."""
    return report_of(
        finished=[
            FinishedGroup(
                state=state,
                type=jobs[0].type,
                own=None if keep is None else round(keep * 1_000),
                ids=_ids(jobs),
                stamps=_stamps(jobs),
                bodies=[
                    f"{job.started} {job.tries.made + 1} {job.tries.crashes} {reason}\n{body}"
                    for job in jobs
                ],
                ms=ms,
                histogram={"3": len(jobs)},
            )
        ]
    )


def completed(*jobs: Held, **options: Any) -> Report:
    return finished(*jobs, **options)


def failed(*jobs: Held, **options: Any) -> Report:
    options = {"reason": "error", "body": encode_error(ERROR)} | options
    return finished(*jobs, state=State.FAILED, **options)


def cancelled(*jobs: Held, **options: Any) -> Report:
    options = {"reason": "cancelled", "body": ""} | options
    return finished(*jobs, state=State.CANCELLED, **options)


def retried(*jobs: Held, delay: float = FAR) -> Report:
    """An attempt of each job has failed, and another follows after `delay` seconds."""
    tries = [encode_tries(job.tries.made + 1, job.tries.crashes, ERROR) for job in jobs]
    return _scheduled("retried", jobs, delay, tries)


def snoozed(*jobs: Held, delay: float = FAR) -> Report:
    """The jobs run again after `delay` seconds; the attempt does not count."""
    return _scheduled("snoozed", jobs, delay, ["" for _ in jobs])


def _scheduled(event: str, jobs: Sequence[Held], delay: float, tries: list[str]) -> Report:
    return report_of(
        scheduled=[
            ScheduledGroup(
                type=jobs[0].type,
                event=event,
                ids=_ids(jobs),
                stamps=_stamps(jobs),
                delays=[round(delay * 1_000) for _ in jobs],
                tries=tries,
                expires=[str(job.record.expires) for job in jobs],
            )
        ]
    )


def released(*jobs: Held) -> Report:
    """The jobs go back to their old places."""
    return report_of(released=[ReleasedGroup(jobs[0].type, _ids(jobs), _stamps(jobs))])


def noted(job: Held, *, progress: str | None = None, lines: Sequence[str] = ()) -> Report:
    """A job has made progress, or has written to its log."""
    return report_of(
        notes=Notes(
            ids=[encode_id(job.id)],
            stamps=[job.stamp],
            progress={1: progress} if progress is not None else {},
            lines={1: list(lines)} if lines else {},
        )
    )


def _ids(jobs: Sequence[Held]) -> list[str]:
    return [encode_id(job.id) for job in jobs]


def _stamps(jobs: Sequence[Held]) -> list[str]:
    return [job.stamp for job in jobs]
