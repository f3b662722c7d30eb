import asyncio
from collections import deque

import pytest

from tasuki.model.errors import LeaseLostError
from tasuki.model.outcome import JobError
from tasuki.model.retention import Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.maintenance import VANISHED
from tasuki.store.store import Store
from tasuki.wire.ids import encode_id
from tests.store.factory import (
    completed,
    enqueue,
    enqueue_many,
    new_job,
    retried,
    runner,
)
from tests.support import eventually

SHORT = LeaseTerms(lease=0.05)
APART = LeaseTerms(apart=True)


async def test_the_jobs_of_a_dead_runner_are_back_at_once(store: Store):
    ids = await enqueue_many(store, [new_job(priority=p) for p in (1, 0, 1)])
    victim = await runner(store)
    await victim.claim(n=2)
    reaped = await store.maintenance().reap([victim.id])
    assert reaped.runners == [victim.id]
    assert (reaped.requeued, reaped.failed, reaped.cancelled, reaped.more) == (2, 0, 0, False)
    job = await store.reader().job(ids[1])
    assert (job.state, job.crashes, job.attempts.made) == (State.WAITING, 0, 0)
    assert [held.id for held in await (await runner(store)).claim(n=9)] == [ids[2]]


async def test_what_had_not_begun_goes_back_to_its_old_place(store: Store):
    ids = await enqueue_many(store, [new_job(priority=p) for p in (1, 0, 1)])
    victim = await runner(store)
    await victim.claim(n=3)
    reaped = await store.maintenance().reap([victim.id], begun=[])
    assert (reaped.requeued, reaped.suspects) == (3, 0)
    claimed = await (await runner(store)).claim(n=9)
    assert [held.id for held in claimed] == [ids[1], ids[0], ids[2]]
    assert {held.tries.crashes for held in claimed} == {0}


async def test_what_had_begun_is_suspected_and_nothing_else(store: Store):
    ids = await enqueue_many(store, [new_job() for _ in range(4)])
    victim = await runner(store)
    await victim.claim(n=4)
    keys = [encode_id(id) for id in ids[1:3]]
    reaped = await store.maintenance().reap([victim.id], begun=keys)
    assert (reaped.requeued, reaped.suspects) == (4, 2)
    assert [job.crashes for job in await store.reader().jobs(ids)] == [0, 0, 0, 0]
    assert [job.id for job in await (await runner(store)).claim(n=9)] == [ids[0], ids[3]]


async def test_what_had_begun_alone_has_crashed(store: Store):
    ids = await enqueue_many(store, [new_job() for _ in range(3)])
    victim = await runner(store)
    await victim.claim(n=3)
    reaped = await store.maintenance().reap([victim.id], begun=[encode_id(ids[1])])
    assert (reaped.requeued, reaped.suspects) == (3, 1)
    assert [job.crashes for job in await store.reader().jobs(ids)] == [0, 1, 0]


@pytest.mark.parametrize("n", [1, 2])
async def test_a_runner_that_goes_unasked_is_taken_for_dead(store: Store, n: int):
    ids = await enqueue_many(store, [new_job() for _ in range(n)])
    victim = await runner(store)
    await victim.claim(n=n)
    assert await victim.lease.leave(unasked=True) == n
    assert {job.crashes for job in await store.reader().jobs(ids)} == {int(n == 1)}
    assert await (await runner(store)).claim(n=9) == []


async def test_one_that_vanishes_while_it_is_being_stopped_has_crashed_nothing(store: Store):
    id = await enqueue(store)
    victim = await runner(store, SHORT)
    await victim.claim_one()
    await victim.lease.heartbeat({"stopping": "1"})

    async def reaped() -> list[str]:
        return (await store.maintenance().reap()).runners

    assert await eventually(reaped) == [victim.id]
    [held] = await (await runner(store)).claim()
    assert (held.id, held.tries.crashes) == (id, 0)


async def test_how_many_had_begun_is_not_forgotten_between_two_calls(store: Store):
    """A call takes back 200 jobs. The last one must not look as if it had begun alone."""
    await enqueue_many(store, [new_job() for _ in range(201)])
    victim = await runner(store)
    await victim.claim(n=201)
    assert (await store.maintenance().reap([victim.id])).more
    assert not (await store.maintenance().reap([victim.id])).more
    assert {job.crashes for job in await store.reader().jobs(range(1, 202))} == {0}


async def test_a_lease_that_ran_out_is_found_without_being_named(store: Store):
    id = await enqueue(store)
    victim, healthy = await runner(store, SHORT), await runner(store)
    await victim.claim_one()
    maintenance = store.maintenance()

    async def reaped() -> list[str]:
        return (await maintenance.reap()).runners

    assert await eventually(reaped) == [victim.id]
    assert (await store.reader().job(id)).state is State.WAITING
    assert [info.id for info in await store.reader().runners()] == [healthy.id]


async def vanish(store: Store, n: int = 1) -> None:
    """A runner claims so many jobs and is never heard of again."""
    victim = await runner(store, SHORT)
    assert len(await victim.claim(n=n)) == n

    async def reaped() -> bool:
        return victim.id in (await store.maintenance().reap()).runners

    await eventually(reaped)


async def test_what_was_lost_unseen_runs_again_at_once_but_is_suspected_the_second_time(
    store: Store,
):
    """A machine that vanishes takes all its jobs along. That is no reason to run them apart."""
    await enqueue_many(store, [new_job() for _ in range(2)])
    for _ in range(2):
        await vanish(store, n=2)
    assert [job.crashes for job in await store.reader().jobs([1, 2])] == [0, 0]
    assert await (await runner(store)).claim(n=2) == []
    assert (await (await runner(store, APART)).claim_one()).id == 1


async def test_an_attempt_that_ends_makes_up_for_a_loss(store: Store):
    await enqueue(store)
    await vanish(store)
    healthy = await runner(store)
    await healthy.settle(retried(await healthy.claim_one(), delay=0))
    await vanish(store)
    assert (await healthy.claim_one()).id == 1


async def test_a_healthy_runner_is_not_reaped(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    assert (await store.maintenance().reap()).runners == []
    assert await someone.settle(completed(held)) == []
    assert (await store.reader().job(id)).state is State.COMPLETED


async def test_a_crash_too_many_fails_the_job_and_says_why(store: Store):
    id = await enqueue(store)
    error = JobError("Crashed", "killed by SIGSEGV")
    victim = await runner(store)
    for wanted in ((1, 0), (1, 0), (0, 1)):
        await victim.claim_one()
        reaped = await store.maintenance().reap([victim.id], error)
        assert (reaped.requeued, reaped.failed) == wanted
        victim = await runner(store, APART)
    job = await store.reader().job(id)
    assert (job.state, job.reason, job.error) == (State.FAILED, "crashed", error)
    assert (job.crashes, job.attempts.made) == (3, 0)
    assert job.runner
    assert job.started_at


async def test_how_many_crashes_are_too_many_is_a_setting(store: Store):
    id = await enqueue(store)
    victim = await runner(store)
    await victim.claim_one()
    await store.maintenance(LeaseTerms(max_crashes=1)).reap([victim.id])
    job = await store.reader().job(id)
    assert (job.state, job.error) == (State.FAILED, VANISHED)


async def test_crashes_and_attempts_are_counted_apart(store: Store):
    await enqueue(store)
    someone = await runner(store)
    await someone.settle(retried(await someone.claim_one(), delay=0))
    await someone.claim_one()
    await store.maintenance().reap([someone.id])
    held = await (await runner(store, APART)).claim_one()
    assert held.tries[:2] == (1, 1)
    assert (await store.reader().job(1)).error


async def test_what_the_crash_ends_is_kept_as_retention_says(store: Store):
    await enqueue_many(store, [new_job() for _ in range(3)])
    victim = await runner(store)
    await victim.claim(n=3)
    retention = Retention(failed=Keep(60, count=1), cancelled=Keep(0))
    await store.operator().cancel([1])
    terms = LeaseTerms(max_crashes=1, retention=retention)
    reaped = await store.maintenance(terms).reap([victim.id])
    assert (reaped.cancelled, reaped.requeued) == (1, 2)
    for _ in range(2):
        victim = await runner(store, APART)
        await victim.claim_one()
        assert (await store.maintenance(terms).reap([victim.id])).failed == 1
    assert [job.id for job in await store.reader().jobs([1, 2, 3])] == [3]


async def test_only_so_many_in_one_call_until_all_are_back(store: Store):
    await enqueue_many(store, [new_job() for _ in range(450)])
    victims = [await runner(store) for _ in range(2)]
    for victim, n in zip(victims, (150, 300), strict=True):
        await victim.claim(n=n)
    counted = []
    while True:
        reaped = await store.maintenance().reap([v.id for v in victims])
        counted.append(reaped.requeued)
        if not reaped.more:
            break
    assert counted == [200, 200, 50]
    assert await store.reader().runners() == []


async def test_four_reapers_at_once_take_each_job_back_once(store: Store):
    await enqueue_many(store, [new_job() for _ in range(1_000)])
    victims = [await runner(store) for _ in range(5)]
    for victim in victims:
        await victim.claim(n=200)
    names = [victim.id for victim in victims]

    async def reap_all() -> int:
        maintenance, total = store.maintenance(), 0
        while True:
            reaped = await maintenance.reap(names)
            total += reaped.requeued
            if not reaped.more:
                return total

    assert sum(await asyncio.gather(*(reap_all() for _ in range(4)))) == 1_000
    waiting = await store.reader().jobs(range(1, 1_001))
    assert {(job.state, job.crashes) for job in waiting} == {(State.WAITING, 0)}


async def test_a_runner_without_jobs_is_forgotten(store: Store):
    victim = await runner(store)
    reaped = await store.maintenance().reap([victim.id, "nobody"])
    assert (reaped.runners, reaped.requeued) == ([victim.id], 0)
    with pytest.raises(LeaseLostError):
        await victim.exchange()


async def test_a_reaped_type_rings(store: Store):
    await enqueue(store)
    victim, other = await runner(store), await runner(store)
    bell = store.doorbell(other.id)
    assert await bell.wait(["email"], 5) == "email"
    await victim.claim_one()
    waiting = asyncio.create_task(bell.wait(["email"], 5))
    await store.maintenance().reap([victim.id])
    assert await waiting == "email"


async def test_the_dead_may_be_named_in_any_sequence(store: Store):
    id = await enqueue(store)
    victim = await runner(store)
    await victim.claim_one()
    reaped = await store.maintenance().reap(deque([victim.id]), begun=deque([encode_id(id)]))
    assert reaped.requeued == 1
