"""What happens by itself after a time: promote, expire, prune. For reap see its own file."""

import pytest

from tasuki.model.retention import HOUR, Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.maintenance import STEP, Maintenance
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    held_by,
    new_job,
    released,
    retried,
    runner,
)
from tests.store.invariants import Keys
from tests.support import Plain, eventually


class TestPromote:
    async def test_what_is_due_waits_and_what_is_not_does_not(self, store: Store):
        someone = await runner(store)
        ids = await enqueue_many(store, [new_job(), new_job(delay=FAR)])
        await someone.settle(retried(await someone.claim_one(), delay=0.01))
        assert await eventually(store.maintenance().promote) == 1
        states = [job.state for job in await store.reader().jobs(ids)]
        assert states == [State.WAITING, State.SCHEDULED]
        assert await store.maintenance().promote() == 0

    async def test_promoted_jobs_stand_in_order_of_priority_and_id_not_of_time(self, store: Store):
        ids = await enqueue_many(store, [new_job(priority=p) for p in (0, 0, -1, 0)])
        someone = await runner(store)
        for held in reversed(await someone.claim(n=4)):
            await someone.settle(retried(held, delay=0))
        await store.maintenance().promote()
        claimed = [held.id for held in await someone.claim(n=4)]
        assert claimed == [ids[2], ids[0], ids[1], ids[3]]

    async def test_it_rings(self, store: Store, plain: Plain, namespace: str):
        await enqueue(store, delay=FAR)
        assert Keys(plain, namespace).list("bell:email") == []
        await store.operator().promote([1])
        assert Keys(plain, namespace).list("bell:email") == ["1"]

    async def test_only_so_many_in_one_call(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(STEP + 50)])
        someone = await runner(store)
        await someone.settle(retried(*await someone.claim(n=STEP + 50), delay=0.01))
        maintenance = store.maintenance()
        assert await eventually(maintenance.promote) == STEP
        assert [await maintenance.promote() for _ in range(2)] == [50, 0]

    async def test_an_exchange_promotes_too(self, store: Store):
        await enqueue(store)
        someone = await runner(store)
        await someone.settle(retried(await someone.claim_one(), delay=0))
        assert (await store.reader().job(1)).state is State.WAITING


class TestExpire:
    async def test_a_waiting_job_whose_time_is_over_is_cancelled(self, store: Store):
        gone, kept = await enqueue(store, expires=0), await enqueue(store, expires=FAR)
        assert await store.maintenance().expire() == 1
        job = await store.reader().job(gone)
        assert (job.state, job.reason, job.attempts.made) == (State.CANCELLED, "expired", 0)
        assert (await store.reader().job(kept)).state is State.WAITING
        assert await store.maintenance().expire() == 0

    async def test_so_is_a_scheduled_one(self, store: Store):
        id = await enqueue(store, delay=FAR, expires=0)
        await store.maintenance().expire()
        assert (await store.reader().job(id)).reason == "expired"

    async def test_an_active_one_goes_on_and_expires_when_it_is_put_back(self, store: Store):
        someone = await runner(store)
        await enqueue(store, expires=0.05)
        held = await someone.claim_one()
        assert await eventually(store.maintenance().expire) == 1
        assert (await store.reader().job(1)).state is State.ACTIVE
        await someone.settle(released(held))
        assert await store.maintenance().expire() == 1
        assert (await store.reader().job(1)).state is State.CANCELLED

    async def test_so_does_one_that_failed_and_one_whose_runner_died(self, store: Store):
        someone, victim = await runner(store), await runner(store)
        await enqueue_many(store, [new_job(expires=0.05) for _ in range(2)])
        held = await someone.claim_one()
        await victim.claim_one()
        maintenance = store.maintenance()
        await eventually(maintenance.expire)
        await someone.settle(retried(held))
        await maintenance.reap([victim.id])
        await eventually(lambda: _ended(store, 2))
        jobs = await store.reader().jobs([1, 2])
        assert [(job.reason, job.attempts.made, job.crashes) for job in jobs] == [
            ("expired", 1, 0),
            ("expired", 0, 1),
        ]

    async def test_nothing_expired_is_claimed_even_without_upkeep(self, store: Store):
        """More have expired than one exchange removes: until all are gone, nothing is claimed."""
        await enqueue_many(store, [new_job(expires=0) for _ in range(700)])
        id = await enqueue(store)
        someone = await runner(store)
        reply = await someone.exchange(demand={"email": 9})
        assert held_by(reply) == []
        assert reply.next_due == 0  # so that the runner comes back at once
        assert [held.id for held in await someone.claim(n=9)] == [id]

    async def test_an_ended_job_does_not_expire(self, store: Store):
        someone = await runner(store)
        id = await enqueue(store, expires=FAR)
        await someone.settle(completed(await someone.claim_one()))
        assert await store.maintenance().expire() == 0
        assert (await store.reader().job(id)).state is State.COMPLETED

    async def test_retention_of_what_expired(self, store: Store):
        await enqueue_many(store, [new_job(expires=0) for _ in range(3)])
        terms = LeaseTerms(retention=Retention(cancelled=Keep(0)))
        assert await store.maintenance(terms).expire() == 3
        assert await store.reader().jobs([1, 2, 3]) == []


async def _ended(store: Store, n: int) -> bool:
    await store.maintenance().expire()
    [info] = await store.reader().types()
    return info.cancelled == n


class TestPrune:
    async def test_what_is_past_its_time_goes_in_every_state(
        self, store: Store, leaves_nothing: None
    ):
        await enqueue_many(store, [new_job() for _ in range(6)])
        someone = await runner(store)
        held = await someone.claim(n=6)
        for job, settle in zip(held, (completed, failed, cancelled) * 2, strict=True):
            await someone.settle(settle(job, keep=0.001 if job.id <= 3 else FAR))
        maintenance = store.maintenance()
        total = 0
        while total < 3:
            total += await eventually(maintenance.prune)
        assert [job.id for job in await store.reader().jobs(range(1, 7))] == [4, 5, 6]
        await store.operator().remove([4, 5, 6])
        await someone.lease.leave()

    async def test_a_lower_count_takes_effect_those_that_ended_first_go_first(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(5)])
        someone = await runner(store)
        held = await someone.claim(n=5)
        await someone.settle(failed(held[0], keep=FAR))
        await someone.settle(failed(*held[1:]))
        terms = LeaseTerms(retention=Retention(failed=Keep(60, count=2)))
        assert (await store.maintenance(terms).tick()).pruned == 3
        assert [job.id for job in await store.reader().jobs(range(1, 6))] == [1, 5]

    async def test_only_so_many_in_one_call(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(STEP + 50)])
        someone = await runner(store)
        await someone.settle(completed(*await someone.claim(n=STEP + 50), keep=0.001))
        maintenance = store.maintenance()
        counts = [await eventually(maintenance.prune) for _ in range(2)]
        assert counts == [STEP, 50]

    async def test_however_many_types_there_are_only_so_many_jobs_are_kept(self, store: Store):
        await enqueue_many(store, [new_job("abc"[n % 3]) for n in range(30)])
        someone = await runner(store)
        for keep, type in ((FAR, "a"), (60, "b"), (120, "c")):
            await someone.settle(completed(*await someone.claim(type, 10), keep=keep))
        maintenance = store.maintenance(LeaseTerms(retention=Retention(total=12)))
        while await maintenance.prune():
            pass
        kept = {info.type: info.completed for info in await store.reader().types()}
        assert kept == {"a": 10, "b": 0, "c": 2}

    @pytest.mark.parametrize(
        ("ages", "left"), [((60, 120), {"a": 0, "b": 8}), ((120, 60), {"a": 8})]
    )
    async def test_of_too_many_those_go_that_would_go_the_soonest_by_the_rule_or_by_themselves(
        self, store: Store, ages: tuple[float, float], left: dict[str, int]
    ):
        await enqueue_many(store, [new_job("ab"[n % 2]) for n in range(20)])
        rule, own = ages
        terms = LeaseTerms(retention=Retention(completed=Keep(rule), total=8))
        someone = await runner(store, terms)
        await someone.settle(completed(*await someone.claim("a", 10)))
        await someone.settle(completed(*await someone.claim("b", 10), keep=own))
        maintenance = store.maintenance(terms)
        while await maintenance.prune():
            pass
        kept = {info.type: info.completed for info in await store.reader().types()}
        assert kept == {"a": 0, "b": 0} | left

    async def test_a_shorter_rule_holds_for_what_has_ended_before(self, store: Store):
        await self.one_by_rule_and_one_by_itself(store)
        maintenance = store.maintenance(ruled(0.001))
        await eventually(lambda: ticked_away(store, maintenance, 1))
        assert [job.id for job in await store.reader().jobs([1, 2])] == [2]

    async def test_so_does_a_longer_one(self, store: Store, plain: Plain, namespace: str):
        await self.one_by_rule_and_one_by_itself(store)
        ended = Keys(plain, namespace).zset("done:completed:email")["A1"] - 2 * HOUR * 1_000
        base = store.keyspace.base
        plain.zadd(f"{base}done:completed:email", {"A1": ended})
        plain.zadd(f"{base}ripe", {"completed:email": ended + HOUR * 1_000})
        plain.hset(f"{base}ends", "A1", f"completed {ended:.0f} - 0 1 0 -\nnull")
        assert await store.maintenance(ruled(3 * HOUR)).prune() == 0
        assert Keys(plain, namespace).zset("ripe") == {"completed:email": ended + 3 * HOUR * 1_000}
        assert await store.maintenance(ruled(3 * HOUR)).prune() == 0
        await eventually(lambda: was_due(store.maintenance(ruled(HOUR))))
        assert await store.maintenance(ruled(HOUR)).prune() == 1
        assert [job.id for job in await store.reader().jobs([1, 2])] == [2]

    async def test_the_rule_that_a_server_said_holds_for_all(self, store: Store):
        """A worker in a program knows no settings, and prunes all the same."""
        await self.one_by_rule_and_one_by_itself(store)
        long, short = store.maintenance(ruled(HOUR)), store.maintenance(ruled(0.001))
        await eventually(lambda: was_due(long, types_limit=100))
        for _ in range(2):
            await eventually(lambda: was_due(short))
        assert await short.prune() == 0
        assert len(await store.reader().jobs([1, 2])) == 2
        await eventually(lambda: was_due(short, types_limit=100))
        await eventually(lambda: ticked_away(store, store.maintenance(ruled(HOUR)), 1))

    async def test_a_time_of_their_own_is_not_the_rules(self, store: Store):
        """One that goes sooner than the rule says, and one that is kept for longer."""
        await enqueue_many(store, [new_job() for _ in range(3)])
        someone = await runner(store)
        soon, late, plain_one = await someone.claim(n=3)
        await someone.settle(completed(soon, keep=0.001))
        await someone.settle(completed(late, keep=FAR))
        await someone.settle(completed(plain_one))
        assert await eventually(store.maintenance().prune) == 1
        assert [job.id for job in await store.reader().jobs([1, 2, 3])] == [2, 3]
        await eventually(lambda: ticked_away(store, store.maintenance(ruled(0.001)), 3))
        assert [job.id for job in await store.reader().jobs([1, 2, 3])] == [2]

    async def test_one_that_was_retried_is_kept_anew(
        self, store: Store, plain: Plain, leaves_nothing: None
    ):
        await enqueue(store)
        someone = await runner(store)
        await someone.settle(completed(await someone.claim_one(), keep=0.001))
        await store.operator().retry([1])
        keys = Keys(plain, store.keyspace.namespace)
        assert not {"keeps", "kept:completed:email"} & set(keys.names)
        await someone.settle(completed(await someone.claim_one()))
        assert await store.maintenance().prune() == 0
        await store.operator().remove([1])
        await someone.lease.leave()

    async def one_by_rule_and_one_by_itself(self, store: Store) -> None:
        await enqueue_many(store, [new_job() for _ in range(2)])
        someone = await runner(store)
        by_rule, own = await someone.claim(n=2)
        await someone.settle(completed(by_rule))
        await someone.settle(completed(own, keep=FAR))


def ruled(seconds: float) -> LeaseTerms:
    """What has completed is kept for so long. Ticks may follow each other at once."""
    return LeaseTerms(lease=0.04, retention=Retention(completed=Keep(seconds)))


async def was_due(maintenance: Maintenance, types_limit: int | None = None) -> bool:
    return (await maintenance.tick(types_limit)).due


async def ticked_away(store: Store, maintenance: Maintenance, id: int) -> bool:
    await maintenance.tick()
    return await store.reader().jobs([id]) == []
