import asyncio
from typing import Any

import pytest

from tasuki.model.errors import JobNotFoundError, StateError
from tasuki.model.retention import Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State, Verb
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    released,
    retried,
    runner,
    snoozed,
)
from tests.store.invariants import Keys
from tests.store.person import steer
from tests.support import Plain


@pytest.mark.parametrize("options", [{}, {"delay": FAR}, {"expires": FAR}], ids=repr)
async def test_what_has_not_started_is_cancelled_at_once(store: Store, options: dict[str, Any]):
    id = await enqueue(store, **options)
    [before] = await store.operator().cancel([id], "no longer wanted")
    assert before == (State.SCHEDULED if "delay" in options else State.WAITING)
    job = await store.reader().job(id)
    assert (job.state, job.reason) == (State.CANCELLED, "cancelled")
    assert job.message == "no longer wanted"
    assert job.started_at is job.runner is None
    assert job.finished_at
    assert await (await runner(store)).claim() == []


async def test_those_that_are_told_to_stop_are_known_among_others(store: Store):
    await enqueue_many(store, [new_job() for _ in range(5)])
    one, other = await runner(store), await runner(store)
    await one.claim(n=2)
    await other.claim(n=2)
    await store.operator().cancel([2, 3])
    jobs = await store.reader().jobs(range(1, 6))
    assert [job.id for job in jobs if job.cancelling] == [2, 3]
    _, events = await store.feed().read("0-0")
    told = [event.ids for event in events if event.what == "cancelling"]
    assert told == [(2,), (3,)]


async def test_a_job_in_backoff_keeps_its_attempts(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(retried(await someone.claim_one()))
    await store.operator().cancel([id])
    assert (await store.reader().job(id)).attempts.made == 1


async def test_an_active_job_goes_on_until_its_runner_has_stopped_it(store: Store):
    id = await enqueue(store)
    someone, other = await runner(store), await runner(store)
    held = await someone.claim_one()
    assert await store.operator().cancel([id]) == ["active"]
    job = await store.reader().job(id)
    assert (job.state, job.cancelling) == (State.ACTIVE, True)
    assert (await other.exchange()).cancels == []
    assert await other.lease.heartbeat({}) == []
    for _ in range(2):
        assert (await someone.exchange()).cancels == ["A1"]
        assert await someone.lease.heartbeat({}) == ["A1"]
    await someone.settle(cancelled(held))
    assert await someone.lease.heartbeat({}) == []
    assert not (await store.reader().job(id)).cancelling
    assert (await store.reader().job(id)).state is State.CANCELLED


async def test_the_right_runner_is_woken(store: Store):
    await enqueue(store)
    someone, other = await runner(store), await runner(store)
    await someone.claim_one()
    bells = [store.doorbell(someone.id), store.doorbell(other.id)]
    assert await bells[0].wait(["email"], 5) == "email"  # the one that was enqueued
    waits = [asyncio.create_task(bell.wait(["email"], 5)) for bell in bells]
    await store.operator().cancel([1])
    assert await waits[0] == ""
    await enqueue(store)
    assert await waits[1] == "email"


@pytest.mark.parametrize("end", [completed, failed], ids=["completed", "failed"])
async def test_a_job_that_ends_before_it_is_stopped_has_ended_as_it_has(store: Store, end):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    await store.operator().cancel([id])
    await someone.settle(end(held))
    assert (await store.reader().job(id)).state == end.__name__
    assert (await someone.exchange()).cancels == []


class TestGivenBack:
    """The job was to be stopped, and the runner did not know it yet when it gave the job back.

    Whoever was told that the job would be stopped must not see it run again.
    """

    @pytest.mark.parametrize("outcome", [released, retried, snoozed], ids=["r", "t", "s"])
    async def test_it_ends_as_cancelled(self, store: Store, outcome):
        id, other = await enqueue(store, expires=FAR), await enqueue(store)
        someone = await runner(store)
        held = await someone.claim(n=2)
        await store.operator().cancel([id])
        assert await someone.settle(outcome(*held)) == []
        job = await store.reader().job(id)
        assert (job.state, job.reason, job.runner) == (State.CANCELLED, "cancelled", someone.id)
        assert job.started_at
        assert job.attempts.made == (1 if outcome is retried else 0)
        assert (await store.reader().job(other)).state in {State.WAITING, State.SCHEDULED}
        assert (await someone.exchange()).cancels == []

    async def test_beside_jobs_that_are_lost(self, store: Store):
        ids = await enqueue_many(store, [new_job() for _ in range(6)])
        someone = await runner(store)
        held = await someone.claim(n=6)
        stale = [job._replace(stamp="1") if job.id in {1, 4} else job for job in held]
        await store.operator().cancel([3, 4, 6])
        assert await someone.settle(retried(*stale)) == [1, 4]
        states = [job.state for job in await store.reader().jobs(ids)]
        assert states == ["active", "scheduled", "cancelled", "active", "scheduled", "cancelled"]

    async def test_a_runner_that_leaves(self, store: Store, plain: Plain, namespace: str):
        await enqueue_many(store, [new_job(type) for type in "abab"])
        someone = await runner(store)
        await someone.claim("a", 2)
        await someone.claim("b", 2)
        await store.operator().cancel([1, 4])
        assert await someone.lease.leave() == 2
        states = [job.state for job in await store.reader().jobs(range(1, 5))]
        assert states == ["cancelled", "waiting", "waiting", "cancelled"]
        assert list(Keys(plain, namespace).family("cancel")) == []

    async def test_a_runner_that_dies(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(2)])
        someone = await runner(store)
        await someone.claim(n=2)
        await store.operator().cancel([2])
        reaped = await store.maintenance().reap([someone.id])
        assert (reaped.requeued, reaped.cancelled) == (1, 1)
        job = await store.reader().job(2)
        assert (job.state, job.reason, job.crashes) == (State.CANCELLED, "cancelled", 0)

    async def test_retention_holds_for_it(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(3)])
        terms = LeaseTerms(retention=Retention(cancelled=Keep(0)))
        someone = await runner(store, terms)
        held = await someone.claim(n=3)
        await store.operator().cancel([1, 2, 3])
        await someone.settle(released(held[0]))
        await someone.settle(retried(held[1]))
        await someone.lease.leave()
        assert await store.reader().jobs([1, 2, 3]) == []


@pytest.mark.parametrize("end", [completed, failed, cancelled], ids=["c", "f", "x"])
async def test_what_has_ended_cannot_be_cancelled(store: Store, end):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(end(await someone.claim_one()))
    with pytest.raises(StateError, match="cannot cancel it"):
        await steer(store.operator(), Verb.CANCEL, id)


async def test_a_job_that_is_not_there(store: Store):
    with pytest.raises(JobNotFoundError):
        await steer(store.operator(), Verb.CANCEL, 1)


async def test_many_at_once_and_each_answer_in_its_place(store: Store):
    await enqueue_many(store, [new_job("a"), new_job("b", delay=FAR), new_job("a"), new_job("a")])
    someone = await runner(store)
    await someone.settle(completed(await someone.claim_one("a")))
    await someone.claim_one("a")
    answers = await store.operator().cancel([4, 99, 1, 2, 3])
    assert answers == ["waiting", "missing", "completed", "scheduled", "active"]
    states = [job.state for job in await store.reader().jobs([1, 2, 3, 4])]
    assert states == ["completed", "cancelled", "active", "cancelled"]


async def test_an_id_that_is_named_twice_is_cancelled_once(store: Store):
    id = await enqueue(store, delay=FAR)
    assert await store.operator().cancel([id, id]) == ["scheduled", "scheduled"]
    assert (await store.history().stats(1)).totals["email"]["cancelled"] == 1


async def test_nothing_is_done_about_nothing(store: Store):
    assert await store.operator().cancel([]) == []


async def test_retention_of_what_is_cancelled(store: Store):
    await enqueue_many(store, [new_job() for _ in range(5)])
    assert await store.operator(Retention(cancelled=Keep(60, count=2))).cancel([1, 2, 3])
    assert [job.id for job in await store.reader().jobs([1, 2, 3])] == [2, 3]
    await store.operator(Retention(cancelled=Keep(0))).cancel([4])
    assert await store.reader().jobs([4]) == []
