"""Retry, promote and remove, by a person. For cancel and pause see their own files."""

from typing import Any

import pytest

from tasuki.model.errors import JobNotFoundError, StateError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import FINISHED, State, Verb
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    Runner,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    noted,
    released,
    retried,
    runner,
)
from tests.store.person import steer

ENDS = {State.COMPLETED: completed, State.FAILED: failed, State.CANCELLED: cancelled}


async def ended(store: Store, someone: Runner, state: State, **options: Any) -> int:
    id = await enqueue(store, **options)
    held = await someone.claim_one()
    await someone.settle(noted(held, progress="5", lines=["a", "b"]))
    await someone.settle(ENDS[state](held))
    return id


class TestRetry:
    @pytest.mark.parametrize("state", sorted(FINISHED))
    async def test_a_job_that_has_ended_starts_again_from_nothing(self, store: Store, state: State):
        someone = await runner(store)
        id = await ended(store, someone, state, priority=3)
        later = await enqueue(store, priority=3)
        assert await store.operator().retry([id]) == [state]
        job = await store.reader().job(id)
        assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)
        assert job.error is job.result is job.progress is job.finished_at is None
        assert (await store.reader().log(id)).lines == ["a", "b"]
        assert [held.id for held in await someone.claim(n=2)] == [id, later]

    @pytest.mark.parametrize("state", sorted(FINISHED))
    async def test_how_it_ended_before_stays_known(self, store: Store, state: State):
        someone = await runner(store)
        id = await ended(store, someone, state)
        job = await store.reader().job(id)
        assert job.before is None
        await store.operator().retry([id])
        before = (await store.reader().job(id)).before
        assert before is not None
        assert (before.state, before.reason, before.error) == (job.state, job.reason, job.error)
        assert (before.attempts, before.crashes) == (job.attempts.made, job.crashes)
        assert (before.started_at, before.finished_at) == (job.started_at, job.finished_at)
        assert (before.error is not None) == (state is State.FAILED)

    async def test_it_is_still_known_after_the_next_end_and_gone_with_the_job(
        self, store: Store, leaves_nothing: None
    ):
        someone = await runner(store)
        id = await ended(store, someone, State.FAILED)
        await store.operator().retry([id])
        await someone.settle(completed(await someone.claim_one()))
        job = await store.reader().job(id)
        assert (job.state, job.error) == (State.COMPLETED, None)
        assert job.before is not None
        assert job.before.error is not None
        await store.operator().retry([id])
        job = await store.reader().job(id)
        assert job.before is not None
        assert job.before.state is State.COMPLETED
        await store.operator().remove([id])
        await someone.lease.leave()

    async def test_a_crashed_job_may_crash_as_often_again(self, store: Store):
        id = await enqueue(store)
        for apart in (False, True, True):
            victim = await runner(store, LeaseTerms(apart=apart))
            await victim.claim_one()
            await store.maintenance().reap([victim.id])
        assert (await store.reader().job(id)).reason == "crashed"
        await store.operator().retry([id])
        held = await (await runner(store)).claim_one()
        assert held.tries == (0, 0, "")

    async def test_it_does_not_expire_any_more(self, store: Store):
        """It would be gone at once: the time in which it had to run may be long over."""
        id = await enqueue(store, expires=0)
        await store.maintenance().expire()
        assert (await store.reader().job(id)).reason == "expired"
        await store.operator().retry([id])
        someone = await runner(store)
        await someone.settle(released(await someone.claim_one()))
        await someone.settle(retried(await someone.claim_one(), delay=0))
        await someone.claim_one()
        await someone.lease.leave()
        await store.maintenance().expire()
        job = await store.reader().job(id)
        assert (job.state, job.attempts.made) == (State.WAITING, 1)

    async def test_what_has_not_ended_is_left_alone(self, store: Store):
        await enqueue_many(store, [new_job("a"), new_job(), new_job(delay=FAR)])
        await (await runner(store)).claim_one("a")
        answers = await store.operator().retry([1, 2, 3, 4])
        assert answers == ["active", "waiting", "scheduled", "missing"]
        with pytest.raises(StateError, match="job 2 is waiting: cannot retry it"):
            await steer(store.operator(), Verb.RETRY, 2)
        with pytest.raises(JobNotFoundError):
            await steer(store.operator(), Verb.RETRY, 4)

    async def test_an_id_that_is_named_twice_is_retried_once(self, store: Store):
        id = await ended(store, await runner(store), State.FAILED)
        assert await store.operator().retry([id, id]) == ["failed", "failed"]
        assert (await store.history().stats(1)).totals["email"]["requeued"] == 1


class TestPromote:
    async def test_a_scheduled_job_waits_at_once_at_its_place(self, store: Store):
        ids = await enqueue_many(store, [new_job(delay=FAR), new_job(), new_job(delay=FAR)])
        assert await store.operator().promote([ids[0]]) == ["scheduled"]
        assert (await store.reader().job(ids[0])).run_at is None
        claimed = await (await runner(store)).claim(n=9)
        assert [held.id for held in claimed] == ids[:2]

    async def test_a_retry_in_backoff_keeps_its_attempts(self, store: Store):
        id = await enqueue(store)
        someone = await runner(store)
        await someone.settle(retried(await someone.claim_one()))
        await store.operator().promote([id])
        assert (await someone.claim_one()).tries.made == 1

    async def test_others_are_left_alone_and_told_apart(self, store: Store):
        someone = await runner(store)
        await ended(store, someone, State.FAILED)
        await enqueue_many(store, [new_job("a"), new_job(), new_job(delay=FAR)])
        await someone.claim_one("a")
        answers = await store.operator().promote([1, 2, 3, 4, 4, 5])
        assert answers == ["failed", "active", "waiting", "scheduled", "scheduled", "missing"]
        with pytest.raises(StateError):
            await steer(store.operator(), Verb.PROMOTE, 1)
        with pytest.raises(JobNotFoundError):
            await steer(store.operator(), Verb.PROMOTE, 5)


class TestRemove:
    @pytest.mark.parametrize("state", sorted(FINISHED))
    async def test_of_what_has_ended_nothing_stays(
        self, store: Store, state: State, leaves_nothing: None
    ):
        someone = await runner(store)
        id = await ended(store, someone, state, expires=FAR)
        assert await store.operator().remove([id]) == [state]
        with pytest.raises(JobNotFoundError):
            await store.reader().job(id)
        with pytest.raises(JobNotFoundError):
            await store.reader().log(id)
        await someone.lease.leave()

    @pytest.mark.parametrize("options", [{}, {"delay": FAR}, {"expires": FAR}], ids=repr)
    async def test_of_what_has_not_started_nothing_stays(
        self, store: Store, options: dict[str, Any], leaves_nothing: None
    ):
        id = await enqueue(store, **options)
        await store.operator().remove([id])
        assert await (await runner(store)).claim() == []
        await store.maintenance().reap([r.id for r in await store.reader().runners()])

    async def test_of_a_job_in_backoff_nothing_stays(self, store: Store, leaves_nothing: None):
        id = await enqueue(store)
        someone = await runner(store)
        held = await someone.claim_one()
        await someone.settle(noted(held, progress="1", lines=["a"]))
        await someone.settle(retried(held))
        await store.operator().remove([id])
        await someone.lease.leave()

    async def test_an_active_job_is_never_removed(self, store: Store):
        await enqueue_many(store, [new_job(), new_job(delay=FAR)])
        someone = await runner(store)
        held = await someone.claim_one()
        assert await store.operator().remove([1, 2, 2, 3]) == [
            "active", "scheduled", "scheduled", "missing"
        ]  # fmt: skip
        with pytest.raises(StateError, match="job 1 is active: cannot remove it"):
            await steer(store.operator(), Verb.REMOVE, 1)
        assert await someone.settle(completed(held)) == []

    async def test_thousands_at_once(self, store: Store):
        jobs = [new_job(f"type{n % 3}") for n in range(1_000)]
        ids = [*await enqueue_many(store, jobs), *await enqueue_many(store, jobs)]
        answers = await store.operator().remove([*reversed(ids), 9_999, *ids])
        assert answers == ["waiting"] * 2_000 + ["missing"] + ["waiting"] * 2_000
        assert (await store.listing().page()).jobs == []
