import asyncio

import pytest

from tasuki.model.errors import LeaseLostError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.lease import Lease
from tasuki.store.store import Store
from tasuki.wire import payload
from tasuki.wire.ids import encode_id
from tasuki.wire.record import set_aside
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
    run_out,
    runner,
)
from tests.store.invariants import snapshot
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
        await store.operator().cancel([held[1].id])
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


APART = LeaseTerms(apart=True)


class TestApart:
    """Jobs in whose company a process has died run apart, one at a time."""

    @staticmethod
    async def die(store: Store, type: str = "email", n: int = 9) -> list[int]:
        victim = await runner(store)
        held = await victim.claim(type, n)
        await store.maintenance().reap([victim.id])
        return [job.id for job in held]

    async def test_they_are_no_business_of_other_runners(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(3)])
        await self.die(store)
        innocent = await enqueue_many(store, [new_job() for _ in range(2)])
        reply = await (await runner(store)).exchange(demand={"email": 9})
        assert [job.id for job in held_by(reply)] == innocent
        assert reply.suspects == ["email"]

    async def test_each_runner_apart_takes_one_whatever_it_asks_for(self, store: Store):
        suspects = await enqueue_many(store, [new_job() for _ in range(3)])
        await self.die(store)
        await enqueue(store)
        for id in suspects:
            someone = await runner(store, APART)
            assert [job.id for job in await someone.claim(n=9)] == [id]
        assert await (await runner(store, APART)).claim(n=9) == []

    async def test_who_never_crashed_comes_first_and_then_who_crashed_the_most(self, store: Store):
        await enqueue(store, "once")
        await self.die(store, "once")
        await enqueue(store, "twice")
        await self.die(store, "twice")
        victim = await runner(store, APART)
        await victim.claim_one("twice")
        await store.maintenance().reap([victim.id])
        await enqueue_many(store, [new_job("never") for _ in range(2)])
        await self.die(store, "never")
        someone = await runner(store, APART)
        order: list[str] = []
        for _ in range(4):
            reply = await someone.exchange(demand={"once": 1, "twice": 1, "never": 1})
            order += [job.type for job in held_by(reply)]
        assert order == ["never", "never", "twice", "once"]

    async def test_who_has_come_through_a_job_takes_one_that_crashed_another(self, store: Store):
        guilty = await enqueue(store)
        await self.die(store)
        innocent = await enqueue_many(store, [new_job("other") for _ in range(3)])
        await self.die(store, "other")
        someone, demand = await runner(store, APART), {"email": 1, "other": 1}
        [first] = held_by(await someone.exchange(demand=demand))
        reply = await someone.exchange(completed(first), demand=demand)
        assert [first.id, *(job.id for job in held_by(reply))] == [innocent[0], guilty]

    async def test_who_never_crashed_comes_first_of_all_types(self, store: Store):
        one = await enqueue(store, priority=-5)
        await self.die(store)
        other = await enqueue_many(store, [new_job("other") for _ in range(2)])
        await self.die(store, "other")
        someone = await runner(store, APART)
        order: list[int] = []
        for _ in range(3):
            reply = await someone.exchange(demand={"email": 1, "other": 1})
            order += [job.id for job in held_by(reply)]
        assert order == [*other, one]

    async def test_a_paused_type_is_not_claimed(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(2)])
        await self.die(store)
        await store.operator().pause("email")
        assert await (await runner(store, APART)).claim() == []

    async def test_a_clean_end_clears_it(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(2)])
        await self.die(store)
        someone = await runner(store, APART)
        held = await someone.claim_one()
        await someone.settle(retried(held, delay=0))
        assert [job.id for job in await (await runner(store)).claim(n=9)] == [held.id]

    async def test_what_is_given_back_stays_suspected(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(2)])
        await self.die(store)
        someone = await runner(store, APART)
        held = await someone.claim_one()
        await someone.settle(released(held))
        await someone.lease.leave()
        other = await runner(store, APART)
        assert [(await other.claim_one()).id for _ in range(2)] == [1, 2]
        await other.lease.leave()
        assert await (await runner(store)).claim(n=9) == []
        assert [(await (await runner(store, APART)).claim_one()).id for _ in range(2)] == [1, 2]

    async def test_a_reply_that_was_lost_comes_again(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(2)])
        await self.die(store)
        someone = await runner(store, APART)
        first = await someone.exchange(demand={"email": 1})
        again = await someone.exchange(demand={"email": 1}, repeat=True)
        assert held_by(again) == held_by(first)

    async def test_one_that_has_expired_is_not_run(self, store: Store, plain: Plain):
        await enqueue_many(store, [new_job(expires=FAR), new_job()])
        await self.die(store)
        run_out(plain, store, 1)
        assert [job.id for job in await (await runner(store, APART)).claim()] == [2]
        assert (await store.reader().job(1)).reason == "expired"


class TestExpired:
    """What has expired is not run, however much of it there is, and holds nothing up."""

    async def test_it_ends_when_it_would_be_claimed(self, store: Store, plain: Plain):
        await enqueue_many(store, [new_job(expires=FAR) for _ in range(3)])
        run_out(plain, store, 1)
        run_out(plain, store, 3)
        assert [job.id for job in await (await runner(store)).claim(n=1)] == [2]
        [first, third] = await store.reader().jobs([1, 3])
        assert (first.state, first.reason) == (State.CANCELLED, "expired")
        assert third.state is State.WAITING

    async def test_a_backlog_of_it_is_passed_in_a_few_calls(self, store: Store, plain: Plain):
        for id in await enqueue_many(store, [new_job(expires=FAR)] * 1_000):
            run_out(plain, store, id)
        await enqueue(store)
        await enqueue(store, "other")
        someone = await runner(store)
        claimed: list[int] = []
        calls = 0
        while len(claimed) < 2:
            reply = await someone.exchange(demand={"email": 1, "other": 1})
            claimed += [job.id for job in held_by(reply)]
            calls += 1
            assert len(claimed) == 2 or reply.next_due == 0
        assert calls <= 5


class TestLarge:
    """A claim carries records, and what is large comes by itself."""

    async def test_large_data_stay_where_they_are(self, store: Store):
        data = {"x": "y" * 100_000}
        await enqueue(store, data=data)
        held = await (await runner(store)).claim_one()
        assert held.record.data == ""
        assert held.record.large is not None
        assert held.record.large.preview == '{"x":"' + "y" * 194
        text = await store.large().read("data", encode_id(held.id), held.record.large.size)
        assert payload.decode(text or "") == data

    async def test_nothing_is_left_of_it(self, store: Store, plain: Plain):
        await enqueue(store, data="y" * 5_000)
        someone = await runner(store)
        await someone.settle(completed(await someone.claim_one(), keep=0))
        assert plain.exists(store.keyspace.key("data")) == 0

    async def test_a_call_claims_a_mebibyte_and_goes_on_with_the_next(self, store: Store):
        for _ in range(2):
            await enqueue_many(store, [new_job(data="y" * 4_000)] * 500)
        someone = await runner(store)
        sizes: list[int] = []
        while sum(sizes) < 1_000:
            reply = await someone.exchange(demand={"email": 1_000})
            sizes.append(len(held_by(reply)))
            assert sum(sizes) == 1_000 or reply.next_due == 0
        assert max(sizes) <= 400

    async def test_a_large_result_is_kept_apart(self, store: Store):
        await enqueue(store)
        someone = await runner(store)
        held = await someone.claim_one()
        body, large = set_aside('"' + "y" * 5_000 + '"')
        report = completed(held, body=body)
        report.finished[0].large[1] = large or ""
        assert await someone.settle(report) == []
        assert await store.large().read("results", encode_id(held.id), 5_002) == large
        await store.operator().retry([held.id])
        assert await store.large().read("results", encode_id(held.id), 5_002) is None


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
