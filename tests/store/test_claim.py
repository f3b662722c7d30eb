import asyncio

import pytest

from tasuki.model.errors import LeaseLostError
from tasuki.model.state import State
from tasuki.store.lease import Lease, LeaseTerms
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    Held,
    Runner,
    completed,
    enqueue,
    enqueue_many,
    held_by,
    new_job,
    released,
    retried,
    runner,
)
from tests.store.invariants import Keys, snapshot
from tests.store.links import RepeatingLink
from tests.support import Plain


async def test_a_claimed_job_is_active_under_its_runner(store: Store):
    id = await enqueue(store, data={"n": 1}, timeout=5)
    someone = await runner(store)
    held = await someone.claim_one()
    assert (held.id, held.record.data, held.record.options.timeout) == (id, '{"n":1}', 5)
    assert held.tries == (0, 0, "")
    job = await store.reader().job(id)
    assert (job.state, job.runner, job.attempts.made) == (State.ACTIVE, someone.id, 1)
    assert job.started_at
    assert job.started_at >= job.created_at


async def test_no_more_is_claimed_than_there_are_slots(store: Store):
    ids = await enqueue_many(store, [new_job() for _ in range(5)])
    someone = await runner(store)
    assert [held.id for held in await someone.claim(n=2)] == ids[:2]
    assert [held.id for held in await someone.claim(n=2)] == ids[2:4]
    assert [held.id for held in await someone.claim(n=2)] == ids[4:]
    assert await someone.claim(n=2) == []


async def test_one_call_claims_for_many_types(store: Store):
    await enqueue_many(store, [new_job(type) for type in "abcabc"])
    held = held_by(await (await runner(store)).exchange(demand={"a": 5, "b": 1, "x": 3}))
    assert [(job.type, job.id) for job in held] == [("a", 1), ("a", 4), ("b", 2)]


async def test_a_job_is_given_to_one_runner_only(store: Store):
    ids = await enqueue_many(store, [new_job() for _ in range(100)])
    runners = [await runner(store) for _ in range(5)]
    claims = await asyncio.gather(*(someone.claim(n=30) for someone in runners))
    assert sorted(held.id for claim in claims for held in claim) == ids


async def test_scheduled_jobs_are_not_claimed_before_they_are_due(store: Store):
    await enqueue(store, delay=FAR)
    reply = await (await runner(store)).exchange(demand={"email": 1})
    assert reply.claimed == []
    assert FAR * 1_000 - 2_000 < reply.next_due <= FAR * 1_000


async def test_a_job_that_has_become_due_is_claimed_without_upkeep(store: Store):
    id = await enqueue(store, delay=0.02)
    someone = await runner(store)
    while not (claimed := await someone.claim()):
        pass
    assert [held.id for held in claimed] == [id]
    assert (await someone.exchange()).next_due == -1


async def test_what_a_released_job_gets_back_is_its_old_place(store: Store):
    ids = await enqueue_many(store, [new_job(priority=p) for p in (0, 0, 5, -5, 0)])
    someone, other = await runner(store), await runner(store)
    held = await someone.claim(n=3)
    assert [job.id for job in held] == [ids[3], ids[0], ids[1]]
    await someone.settle(released(held[1]))
    assert [job.id for job in await other.claim(n=9)] == [ids[0], ids[4], ids[2]]
    job = await store.reader().job(ids[0])
    assert (job.attempts.made, job.crashes) == (1, 0)


class TestTwice:
    """The reply of an exchange was lost, so the runner sends the same call again."""

    @pytest.fixture
    async def someone(self, repeating: RepeatingLink) -> Runner:
        lease = Lease(repeating, LeaseTerms())
        await lease.register({}, [])
        return Runner(lease)

    @staticmethod
    async def load(store: Store, someone: Runner) -> list[Held]:
        """Claims four jobs and settles two; they wait again, with three more."""
        await enqueue_many(store, [new_job(priority=p) for p in (0, 0, 0, 0, 4, 1, 2)])
        held = await someone.claim(n=4)
        await someone.settle(retried(*held[:2], delay=0))
        return held[2:]

    async def test_the_same_jobs_and_losses_come_again_and_nothing_changes(
        self, store: Store, someone: Runner, plain: Plain, namespace: str
    ):
        held = await self.load(store, someone)
        await store.operator().cancel(held[1].id)
        stale = held[1]._replace(id=99)
        first = await someone.exchange(completed(held[0], stale), {"email": 4}, rung=["email"])
        before = snapshot(plain, namespace)
        again = await someone.exchange(completed(held[0], stale), {"email": 4}, repeat=True)
        assert snapshot(plain, namespace) == before
        assert held_by(again) == held_by(first)
        assert [job.id for job in held_by(first)] == [1, 2, 6, 7]
        assert [job.tries.made for job in held_by(first)] == [1, 1, 0, 0]
        assert (again.stamp, again.lost, again.cancels) == (first.stamp, first.lost, first.cancels)
        assert (first.lost, first.cancels) == (["B99"], ["A4"])

    async def test_even_when_more_has_come_in_between(self, store: Store, someone: Runner):
        held = await self.load(store, someone)
        first = await someone.exchange(completed(held[0]), {"email": 2})
        await enqueue(store, priority="critical")
        again = await someone.exchange(completed(held[0]), {"email": 2}, repeat=True)
        assert held_by(again) == held_by(first)

    async def test_the_next_call_is_a_new_one(self, store: Store, someone: Runner):
        held = await self.load(store, someone)
        await someone.settle(completed(held[0]))
        assert await someone.settle(completed(held[0])) == [held[0].id]

    async def test_the_very_bytes_again(
        self,
        store: Store,
        someone: Runner,
        repeating: RepeatingLink,
        plain: Plain,
        namespace: str,
    ):
        held = await self.load(store, someone)
        await someone.exchange(released(held[0]), {"email": 9}, rung=["email"])
        before = snapshot(plain, namespace)
        await repeating.send_again()
        assert snapshot(plain, namespace) == before

    async def test_a_runner_that_was_reaped_in_between_is_told_so(
        self, store: Store, someone: Runner
    ):
        held = await self.load(store, someone)
        await someone.exchange(completed(held[0]), {"email": 2})
        await store.maintenance().reap([someone.id])
        with pytest.raises(LeaseLostError):
            await someone.exchange(completed(held[0]), {"email": 2}, repeat=True)


class TestLastChance:
    """A job whose next crash would fail it runs with no other such job beside it."""

    @staticmethod
    async def crashed(store: Store, *ids: int, times: int = 2) -> None:
        for _ in range(times):
            victim = await runner(store)
            held = await victim.claim(n=len(ids))
            assert {job.id for job in held} == set(ids)
            await store.maintenance().reap([victim.id])

    async def test_only_one_of_them_is_claimed_and_others_go_on(self, store: Store):
        suspects = await enqueue_many(store, [new_job() for _ in range(3)])
        await self.crashed(store, *suspects)
        innocent = await enqueue_many(store, [new_job() for _ in range(2)])
        reply = await (await runner(store)).exchange(demand={"email": 9})
        assert [job.id for job in held_by(reply)] == [suspects[0], *innocent]
        assert [job.tries.crashes for job in held_by(reply)] == [2, 0, 0]
        assert reply.held_back == ["email"]

    async def test_none_is_claimed_while_the_runner_has_one(self, store: Store):
        suspects = await enqueue_many(store, [new_job() for _ in range(2)])
        await self.crashed(store, *suspects)
        other = await enqueue(store, "other")
        reply = await (await runner(store)).exchange(demand={"email": 9, "other": 9}, suspect=True)
        assert [job.id for job in held_by(reply)] == [other]
        assert reply.held_back == ["email"]

    async def test_the_rule_holds_across_types(self, store: Store):
        one = await enqueue(store)
        await self.crashed(store, one)
        await enqueue(store, "other")
        victim = await runner(store)
        for _ in range(2):
            victim = await runner(store)
            await victim.claim("other")
            await store.maintenance().reap([victim.id])
        reply = await (await runner(store)).exchange(demand={"email": 1, "other": 1})
        assert [job.id for job in held_by(reply)] == [one]
        assert reply.held_back == ["other"]

    async def test_what_is_held_back_keeps_its_place_and_another_runner_takes_it(
        self, store: Store, plain: Plain, namespace: str
    ):
        suspects = await enqueue_many(store, [new_job(priority=2), new_job(priority=1)])
        await self.crashed(store, *suspects)
        plain.delete(f"{{{namespace}:0}}:bell:email")
        someone = await runner(store)
        [first] = await someone.claim(n=2)
        assert first.id == suspects[1]
        # The doorbell must ring for the one that stayed, or it waits until somebody happens by.
        assert Keys(plain, namespace).list("bell:email") == ["1"]
        [second] = await (await runner(store)).claim(n=2)
        assert second.id == suspects[0]

    async def test_a_first_crash_is_no_last_chance(self, store: Store):
        ids = await enqueue_many(store, [new_job() for _ in range(3)])
        await self.crashed(store, *ids, times=1)
        reply = await (await runner(store)).exchange(demand={"email": 9}, suspect=True)
        assert [job.id for job in held_by(reply)] == ids
        assert reply.held_back == []

    async def test_with_two_crashes_allowed_the_first_one_is(self, store: Store):
        ids = await enqueue_many(store, [new_job() for _ in range(2)])
        await self.crashed(store, *ids, times=1)
        careful = await runner(store, LeaseTerms(max_crashes=2))
        assert [job.id for job in await careful.claim(n=9)] == ids[:1]


async def test_more_than_a_lua_call_can_pass_is_claimed_and_settled_at_once(store: Store):
    """9,000 jobs in one exchange: more values than one call of a Lua script takes."""
    for _ in range(9):
        await enqueue_many(store, [new_job() for _ in range(1_000)])
    someone = await runner(store)
    held = await someone.claim(n=10_000)
    assert [job.id for job in held] == list(range(1, 9_001))
    stale = held[0]._replace(stamp="1")
    assert await someone.settle(completed(*held[1:], stale)) == [held[0].id]
    [info] = await store.reader().types()
    assert (info.active, info.completed) == (1, 8_999)
    assert await someone.settle(released(held[0])) == []


async def test_a_waiting_id_without_a_record_is_passed_over(
    store: Store, plain: Plain, namespace: str
):
    """The keys were tampered with. The runner must not fall over it, nor the jobs beside it."""
    ids = await enqueue_many(store, [new_job() for _ in range(3)])
    plain.hdel(f"{{{namespace}:0}}:jobs", "A2")
    someone = await runner(store)
    assert [job.id for job in await someone.claim(n=3)] == [ids[0], ids[2]]
    assert await someone.claim(n=3) == []
