"""Leases under a clock that is set back or forward, and after a time without a store.

`clock` holds the last time that a script saw. To set it an hour ahead looks to the next script just
as if the server's clock had been set back an hour since; and the other way round.
"""

import time

import pytest

from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.store.factory import completed, enqueue, released, retried, runner
from tests.support import Plain, eventually

HOUR = 3_600 * 1_000_000
"""In microseconds, as the clock counts."""


@pytest.fixture
def clock(plain: Plain, namespace: str):
    key = f"{{{namespace}:0}}:clock"

    class Clock:
        def read(self, field: str) -> int:
            return int(plain.hget(key, field) or 0)

        def seems_set_forward(self, microseconds: int) -> None:
            """Shift everything that was measured so far into the past."""
            plain.hincrby(key, "last", -microseconds)
            runners = f"{{{namespace}:0}}:runners"
            for name, score in plain.zrange(runners, 0, -1, withscores=True):
                plain.zadd(runners, {name: score - microseconds // 1_000})

        def seems_set_back(self, microseconds: int) -> None:
            self.seems_set_forward(-microseconds)

    return Clock()


async def test_stamps_go_up_whatever_the_clock_does(store: Store, clock):
    await enqueue(store)
    someone = await runner(store)
    stamps = []
    for jump in (0, -HOUR, HOUR, 10, -10, 0, -500_000, 0):
        clock.seems_set_back(jump)
        for _ in range(3):
            held = await someone.claim_one()
            await someone.settle(released(held))
            stamps.append(int(held.stamp))
    assert stamps == sorted(set(stamps))


async def test_set_back_an_hour_and_the_time_of_leases_goes_on(store: Store, clock):
    id = await enqueue(store)
    healthy = await runner(store)
    victim = await runner(store, LeaseTerms(lease=0.3))
    await victim.claim_one()
    clock.seems_set_back(HOUR)
    before = clock.read("last")
    assert await healthy.lease.heartbeat({}) == []
    assert before < clock.read("last") < before + 1_000_000
    assert abs(clock.read("offset") - HOUR) < 1_000_000
    maintenance = store.maintenance(LeaseTerms(lease=0.3))

    async def reaped() -> list[str]:
        return (await maintenance.reap()).runners

    began = time.monotonic()
    assert await eventually(reaped) == [victim.id]
    assert time.monotonic() - began < 2
    assert (await store.reader().job(id)).state is State.WAITING
    [left] = await store.reader().runners()
    assert left.id == healthy.id
    assert 10 < left.lease_left <= 15


async def test_set_back_a_little_and_the_clock_waits(store: Store, clock):
    someone = await runner(store)
    clock.seems_set_back(900_000)
    last = clock.read("last")
    for step in range(1, 4):
        await someone.lease.heartbeat({})
        assert clock.read("last") == last + step
    assert clock.read("offset") == 0


async def test_set_forward_an_hour_and_nobody_loses_a_lease_at_once(store: Store, clock):
    """So it is after the store was down or frozen for an hour: live runners can renew first."""
    await enqueue(store)
    someone, dead = await runner(store), await runner(store)
    held = await someone.claim_one()
    clock.seems_set_forward(HOUR)
    maintenance = store.maintenance()
    assert (await maintenance.reap()).runners == []
    assert await someone.lease.heartbeat({}) == []
    assert await someone.settle(completed(held)) == []
    now = clock.read("last") // 1_000
    assert now + 14_000 < clock.read("grace") <= now + 15_000
    assert {info.id for info in await store.reader().runners()} == {someone.id, dead.id}


async def test_after_the_grace_the_dead_are_reaped_and_the_living_are_not(store: Store, clock):
    await enqueue(store)
    terms = LeaseTerms(lease=0.8)
    living, dead = await runner(store, terms), await runner(store, terms)
    await dead.claim_one()
    clock.seems_set_forward(HOUR)
    maintenance = store.maintenance(terms)
    assert (await maintenance.reap()).runners == []
    began = time.monotonic()

    async def reaped() -> list[str]:
        await living.lease.heartbeat({})
        return (await maintenance.reap()).runners

    assert await eventually(reaped) == [dead.id]
    assert 0.7 < time.monotonic() - began < 3
    assert [info.id for info in await store.reader().runners()] == [living.id]


async def test_a_runner_known_to_be_dead_is_reaped_even_in_the_grace(store: Store, clock):
    """Its supervisor has seen it die: there is nothing to wait for."""
    id = await enqueue(store)
    dead = await runner(store)
    await dead.claim_one()
    clock.seems_set_forward(HOUR)
    await store.maintenance().reap()
    assert (await store.maintenance().reap([dead.id])).requeued == 1
    assert (await store.reader().job(id)).state is State.WAITING


async def test_what_was_begun_before_the_grace_is_finished_in_it(
    store: Store, clock, plain: Plain, namespace: str
):
    await enqueue(store)
    dead, other = await runner(store), await runner(store)
    await dead.claim_one()
    clock.seems_set_forward(HOUR)
    plain.zadd(f"{{{namespace}:0}}:runners", {dead.id: 0})
    assert (await store.maintenance().reap()).runners == [dead.id]
    assert [info.id for info in await store.reader().runners()] == [other.id]


async def test_forward_and_back_again_leaves_leases_as_they_were(store: Store, clock):
    someone = await runner(store)
    clock.seems_set_forward(HOUR)
    await someone.lease.heartbeat({})
    clock.seems_set_back(HOUR)
    await someone.lease.heartbeat({})
    [info] = await store.reader().runners()
    assert 14 < info.lease_left <= 15


async def test_the_time_of_day_rules_when_jobs_are_due(store: Store, clock):
    """An offset that came of a clock set back must not delay or hasten what people asked for."""
    await enqueue(store)
    someone = await runner(store)
    clock.seems_set_back(HOUR)
    await someone.settle(retried(await someone.claim_one(), delay=60))
    job = await store.reader().job(1)
    assert job.run_at
    assert 59 < (job.run_at - job.created_at).total_seconds() < 62
