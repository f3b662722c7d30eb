"""Acting on all jobs that a filter selects."""

import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tasuki.model.errors import InvalidError, StoreUnavailableError
from tasuki.model.filter import Filter
from tasuki.model.outcome import JobError
from tasuki.model.state import TRANSITIONS, State, Verb
from tasuki.model.update import Update
from tasuki.store.acts.bulk import BATCH, Bulk, BulkStep, Counts
from tasuki.store.acts.operator import Operator
from tasuki.store.acts.walk import ACTIONS, Mark, Walk
from tasuki.store.producer import Submission
from tasuki.store.store import Store
from tasuki.wire.record import encode_error
from tests.store.factory import (
    FAR,
    Held,
    Runner,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    retried,
    runner,
)
from tests.support import eventually

NOTHING = BulkStep(Counts(), None)


async def run(store: Store, action: Verb, dry_run: bool = False, **filter: Any) -> Counts:
    """Act until all is done, and give what came of it."""
    total = Counts()
    async for step in store.bulk().steps(action, Filter(**filter), dry_run=dry_run):
        total += step.counts
    return total


async def in_state(store: Store, state: State, type: str = "email") -> list[int]:
    """The ids of the jobs of a type that are in a state."""
    page = await store.listing().page(state=state, type=type, limit=1_000)
    return sorted(job.id for job in page.jobs)


async def fail(someone: Runner, held: Sequence[Held], error: str = "it broke") -> None:
    await someone.settle(failed(*held, body=encode_error(JobError("ValueError", error))))


async def in_every_state(store: Store) -> Runner:
    """Jobs of one type: two in each state."""
    someone = await runner(store)
    await enqueue_many(store, [new_job() for _ in range(8)])
    held = await someone.claim(n=8)
    await someone.settle(completed(*held[:2]))
    await fail(someone, held[2:4])
    await store.operator().cancel([job.id for job in held[4:6]])
    await someone.settle(retried(*held[4:6]))
    await enqueue_many(store, [new_job() for _ in range(2)])
    await enqueue_many(store, [new_job(delay=FAR) for _ in range(2)])
    return someone


# ----------------------------------------------------------------------- what is acted on


@pytest.mark.parametrize("action", sorted({*ACTIONS} - {Verb.UPDATE}))
async def test_it_acts_on_the_jobs_whose_state_allows_it(store: Store, action: Verb):
    await in_every_state(store)
    sources = next(row.sources for row in TRANSITIONS if row.verb is action)
    before = {state: await in_state(store, state) for state in State}
    assert all(len(ids) == 2 for ids in before.values())
    dry = await run(store, action, dry_run=True, type="email")
    assert {state: await in_state(store, state) for state in State} == before
    counts = await run(store, action, type="email")
    told = 2 if action is Verb.CANCEL else 0
    assert counts == dry == Counts(done=2 * len(sources) - told, cancelling=told)
    left = {state: await in_state(store, state) for state in sources - {State.ACTIVE}}
    gone = {state: ids for state, ids in left.items() if state is not State.CANCELLED}
    assert not any(gone.values())


async def test_only_what_matches_is_acted_on(store: Store):
    someone = await runner(store)
    await enqueue_many(store, [new_job(tags=("vip",)) for _ in range(4)])
    await enqueue_many(store, [new_job("resize") for _ in range(2)])
    held = await someone.claim(n=4)
    await fail(someone, held[:2], "421 too busy")
    await fail(someone, held[2:], "550 no such user")
    await fail(someone, await someone.claim("resize", 2), "421 too busy")
    assert await run(store, Verb.RETRY, state="failed", type="email", error="*: 421*") == Counts(2)
    assert await in_state(store, State.WAITING) == [held[0].id, held[1].id]
    assert await run(store, Verb.REMOVE, tag="vip", state="failed") == Counts(2)
    assert await in_state(store, State.FAILED, "resize") == [5, 6]
    assert await run(store, Verb.RETRY, error="ValueError: 421 too busy") == Counts(2)


async def test_times_name_what_they_are_of(store: Store):
    someone = await runner(store)
    early, late = await enqueue_many(store, [new_job(), new_job()])
    first, second = await someone.claim(n=2)
    await fail(someone, [first])
    ended = (await store.reader().job(early)).finished_at
    assert ended is not None

    async def later() -> bool:
        seconds, micros = await store.shared.command("TIME")
        now = datetime.fromtimestamp(int(seconds) + int(micros) / 1e6, UTC)
        return now > ended + timedelta(milliseconds=2)

    await eventually(later)
    await fail(someone, [second])
    split = ended + timedelta(milliseconds=1)
    dry: dict[str, Any] = {"dry_run": True}
    assert await run(store, Verb.RETRY, **dry, finished_before=split) == Counts(1)
    assert await run(store, Verb.RETRY, **dry, finished_after=split) == Counts(1)
    assert await run(store, Verb.RETRY, **dry, created_before=split) == Counts(2)
    assert await run(store, Verb.RETRY, **dry, created_after=split) == Counts()
    assert await run(store, Verb.RETRY, finished_after=split, finished_before=split) == Counts()
    assert await run(store, Verb.RETRY, finished_after=split) == Counts(1)
    assert await in_state(store, State.WAITING) == [late]


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_filter_that_matches_nothing_answers_zeros(store: Store, action: Verb):
    await in_every_state(store)
    update = Update(priority=1) if action is Verb.UPDATE else None
    assert await store.bulk().run(action, Filter(type="unheard of"), update) == NOTHING


async def test_what_came_after_the_call_is_left_alone(store: Store):
    someone = await runner(store)
    await enqueue_many(store, [new_job() for _ in range(300)])
    await fail(someone, await someone.claim(n=300))
    first = await store.bulk().run(Verb.RETRY, Filter(type="email"), seconds=0)
    assert first.cursor is not None
    # What was retried fails again, and others fail for the first time.
    await enqueue_many(store, [new_job() for _ in range(10)])
    again = await someone.claim(n=500)
    assert len(again) == first.counts.done + 10
    await fail(someone, again)
    counts, cursor = first.counts, first.cursor
    while cursor is not None:
        step = await store.bulk().run(Verb.RETRY, Filter(type="email"), cursor=cursor)
        counts, cursor = counts + step.counts, step.cursor
    assert counts == Counts(done=300)
    assert len(await in_state(store, State.FAILED)) == len(again)


async def test_a_job_that_came_after_the_call_is_not_cancelled(store: Store):
    old = await enqueue_many(store, [new_job(priority=1) for _ in range(300)])
    step = await store.bulk().run(Verb.CANCEL, Filter(type="email"), seconds=0)
    new = [await enqueue(store, priority=5), await enqueue(store, delay=FAR)]
    counts = step.counts
    while step.cursor is not None:
        step = await store.bulk().run(Verb.CANCEL, Filter(type="email"), cursor=step.cursor)
        counts += step.counts
    assert counts == Counts(done=len(old))
    assert [*await in_state(store, State.WAITING), *await in_state(store, State.SCHEDULED)] == new


async def test_a_job_that_is_claimed_meanwhile_is_told_to_stop(store: Store):
    someone = await runner(store)
    await enqueue_many(store, [new_job(delay=FAR) for _ in range(3)])
    await enqueue_many(store, [new_job() for _ in range(300)])
    step = await store.bulk().run(Verb.CANCEL, Filter(type="email"), seconds=0)
    assert step.counts == Counts(done=3)
    held = await someone.claim(n=50)
    counts = Counts()
    while step.cursor is not None:
        step = await store.bulk().run(Verb.CANCEL, Filter(type="email"), cursor=step.cursor)
        counts += step.counts
    assert counts == Counts(done=250, cancelling=50)
    jobs = await store.reader().jobs([job.id for job in held])
    assert all(job.cancelling for job in jobs)


# --------------------------------------------------------------------------- two at once


class Interrupted(Operator):
    """Somebody else acts on the first jobs, just before."""

    async def retry(self, ids: Sequence[int], *, state: State | None = None) -> list[str]:
        await super().retry(ids[:2])
        await super().remove(ids[2:3])
        return await super().retry(ids, state=state)

    async def remove(self, ids: Sequence[int], *, state: State | None = None) -> list[str]:
        await super().retry(ids[:2])
        return await super().remove(ids, state=state)

    async def cancel(
        self, ids: Sequence[int], message: str = "", *, state: State | None = None
    ) -> list[str]:
        await super().promote(ids[:2])
        return await super().cancel(ids, message, state=state)


async def test_two_people_on_the_same_jobs_are_told_what_became_of_each(store: Store):
    someone = await runner(store)
    await enqueue_many(store, [new_job() for _ in range(5)])
    await fail(someone, await someone.claim(n=5))
    bulk = Bulk(store.shared, Interrupted(store.shared))
    step = await bulk.run(Verb.RETRY, Filter(type="email"))
    assert step == BulkStep(Counts(done=2, not_allowed=2, missing=1), None)


async def test_a_job_that_has_left_the_state_that_was_asked_for_stays(store: Store):
    someone = await runner(store)
    await enqueue_many(store, [new_job() for _ in range(3)])
    await fail(someone, await someone.claim(n=3))
    bulk = Bulk(store.shared, Interrupted(store.shared))
    step = await bulk.run(Verb.REMOVE, Filter(state="failed"))
    assert step == BulkStep(Counts(done=1, not_allowed=2), None)
    assert len(await in_state(store, State.WAITING)) == 2
    later = await enqueue_many(store, [new_job("later", delay=FAR) for _ in range(3)])
    step = await bulk.run(Verb.CANCEL, Filter(state="scheduled", type="later"))
    assert step == BulkStep(Counts(done=1, not_allowed=2), None)
    assert await in_state(store, State.WAITING, "later") == later[:2]


# ------------------------------------------------------------------------------ refusals


async def test_a_filter_that_says_nothing_is_refused(store: Store):
    with pytest.raises(InvalidError, match="filter: says nothing"):
        await store.bulk().run(Verb.REMOVE, Filter())


@pytest.mark.parametrize(
    ("action", "filter"),
    [
        (Verb.RETRY, Filter(state="waiting")),
        (Verb.REMOVE, Filter(state="active")),
        (Verb.CANCEL, Filter(finished_before=datetime.now(UTC))),
        (Verb.PROMOTE, Filter(state="failed")),
    ],
)
async def test_a_filter_that_leaves_out_all_that_can_be_acted_on_is_refused(
    store: Store, action: Verb, filter: Filter
):
    with pytest.raises(InvalidError, match=f"leaves out all jobs that one can {action}: they are"):
        await store.bulk().run(action, filter)


async def test_an_action_that_people_cannot_do_is_refused(store: Store):
    with pytest.raises(InvalidError, match="action: must be one of cancel, promote, remove, retry"):
        await store.bulk().run(Verb.CLAIM, Filter(type="email"))


async def test_a_cursor_goes_on_with_what_began_it_and_nothing_else(store: Store):
    await enqueue_many(store, [new_job() for _ in range(300)])
    bulk, filter = store.bulk(), Filter(type="email")
    cursor = (await bulk.run(Verb.CANCEL, filter, seconds=0, dry_run=True)).cursor
    listed = (await store.listing().page(limit=1)).cursor
    assert cursor is not None
    for given in ("", "x", listed, cursor[:-9], cursor.replace("waiting", "failed")):
        with pytest.raises(InvalidError) as refused:
            await bulk.run(Verb.CANCEL, filter, cursor=given, dry_run=True)
        assert refused.value.field == "cursor"
    for action, other, dry_run in (
        (Verb.REMOVE, filter, True),
        (Verb.CANCEL, Filter(type="e"), True),
        (Verb.CANCEL, filter, False),
    ):
        with pytest.raises(InvalidError, match="is from another action, filter or update"):
            await bulk.run(action, other, cursor=cursor, dry_run=dry_run)
    forged = ".".join([cursor.partition(".")[0], "9" * 16, "9" * 16, "waiting", "waiting:1e99:Z"])
    step = await bulk.run(Verb.CANCEL, filter, cursor=forged, dry_run=True)
    assert step == NOTHING
    assert len(await in_state(store, State.WAITING)) == 300


class Failing(Operator):
    """The store goes away after the first call."""

    calls = 0

    async def cancel(
        self, ids: Sequence[int], message: str = "", *, state: State | None = None
    ) -> list[str]:
        self.calls += 1
        if self.calls > 1:
            raise StoreUnavailableError("gone")
        return await super().cancel(ids, message, state=state)


async def test_what_was_done_before_the_store_failed_is_told(store: Store):
    await enqueue_many(store, [new_job() for _ in range(600)])
    filter = Filter(state="waiting")
    bulk = Bulk(store.shared, Failing(store.shared))
    step = await bulk.run(Verb.CANCEL, filter)
    assert (step.counts, step.cursor is None) == (Counts(done=BATCH), False)
    with pytest.raises(StoreUnavailableError):
        await bulk.run(Verb.CANCEL, filter, cursor=step.cursor)
    step = await store.bulk().run(Verb.CANCEL, filter, cursor=step.cursor)
    assert step == BulkStep(Counts(done=600 - BATCH), None)


# ---------------------------------------------------------------------------------- many


async def many(store: Store, number: int) -> None:
    """Enqueue so many jobs."""
    producer = store.producer()
    some = Submission([new_job() for _ in range(1_000)])
    for _ in range(number // 1_000):
        await producer.enqueue([some])


async def test_a_job_that_ends_anew_while_its_page_is_read_is_left_alone(store: Store):
    someone = await runner(store)
    id = await enqueue(store)
    await fail(someone, await someone.claim())
    job = await store.reader().job(id)
    assert job.finished_at is not None
    walk = Walk(Verb.RETRY, Filter(type="email"), None, dry_run=False)
    ended = round(job.finished_at.timestamp() * 1_000)
    assert walk.selects(job, Mark(time=ended, id=id))
    assert not walk.selects(job, Mark(time=ended - 1, id=id))


@pytest.mark.timeout(240)
async def test_a_hundred_thousand_matches_in_steps(store: Store):
    await many(store, 100_000)
    total, cursors = Counts(), 0
    async for step in store.bulk().steps(Verb.REMOVE, Filter(type="email"), seconds=0.5):
        total += step.counts
        cursors += step.cursor is not None
    assert total == Counts(done=100_000)
    assert cursors
    assert await in_state(store, State.WAITING) == []


async def test_it_takes_no_more_memory_for_more_jobs(store: Store):
    await many(store, 6_000)
    peaks: list[int] = []
    for seconds in (0, 60):
        tracemalloc.start()
        await store.bulk().run(Verb.CANCEL, Filter(state="waiting"), dry_run=True, seconds=seconds)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    one_batch, all_of_them = peaks
    # While a page is read, the one before may still be there. All of them are 60.
    assert all_of_them < 4 * one_batch
