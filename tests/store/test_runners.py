"""A runner's life: register, heartbeat, leave."""

import pytest

from tasuki.model.errors import LeaseLostError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.store.factory import completed, enqueue, enqueue_many, new_job, retried, runner
from tests.store.invariants import Keys, snapshot
from tests.support import Plain


async def test_a_registered_runner_is_seen_with_what_it_says_of_itself(store: Store):
    lease = store.lease(LeaseTerms(lease=7))
    await lease.register({"host": "h", "pid": "12"}, [("email", '{"attempts":9}')])
    [info] = await store.reader().runners()
    assert (info.id, info.active, info.fields) == (lease.runner, 0, {"host": "h", "pid": "12"})
    assert 6 < info.lease_left <= 7
    assert info.started_at


async def test_identities_are_random(store: Store):
    assert len({store.lease().runner for _ in range(100)}) == 100
    assert all(len(store.lease().runner) >= 16 for _ in range(3))


async def test_what_workers_set_is_seen_at_jobs_that_set_nothing(store: Store):
    await enqueue_many(store, [new_job(), new_job(attempts=2, timeout=1)])
    await runner(store, email='{"attempts":9,"timeout":30}')
    plain, own = await store.reader().jobs([1, 2])
    assert (plain.attempts.max, plain.timeout) == (9, 30)
    assert (own.attempts.max, own.timeout) == (2, 1)


async def test_a_heartbeat_extends_the_lease_and_tells_the_load(store: Store):
    someone = await runner(store, LeaseTerms(lease=1))
    longer = store.lease(LeaseTerms(lease=100))
    longer.runner = someone.id
    await longer.heartbeat({"load": "3"})
    [info] = await store.reader().runners()
    assert info.lease_left > 90
    assert info.fields["load"] == "3"


async def test_a_heartbeat_may_go_out_on_a_connection_of_its_own(store: Store):
    someone = await runner(store)
    assert await someone.lease.heartbeat({}, store.link("heartbeat")) == []


async def test_a_heartbeat_does_not_bring_a_reaped_runner_back(
    store: Store, plain: Plain, namespace: str
):
    await enqueue(store)
    someone = await runner(store)
    await someone.claim_one()
    await store.maintenance().reap([someone.id])
    before = snapshot(plain, namespace)
    with pytest.raises(LeaseLostError):
        await someone.lease.heartbeat({"load": "1"})
    assert snapshot(plain, namespace) == before
    assert await store.reader().runners() == []


async def test_neither_does_it_while_the_runner_is_still_being_reaped(store: Store):
    """More jobs than one call takes back: in between the runner is condemned already."""
    await enqueue_many(store, [new_job() for _ in range(300)])
    someone = await runner(store)
    held = await someone.claim(n=300)
    assert (await store.maintenance().reap([someone.id])).more
    with pytest.raises(LeaseLostError):
        await someone.lease.heartbeat({})
    with pytest.raises(LeaseLostError):
        await someone.settle(completed(held[-1]))
    reaped = await store.maintenance().reap()
    assert (reaped.runners, reaped.requeued, reaped.more) == ([someone.id], 100, False)


async def test_a_runner_that_never_registered_has_no_lease(store: Store):
    lease = store.lease()
    with pytest.raises(LeaseLostError):
        await lease.heartbeat({})


async def test_who_leaves_releases_and_nothing_is_counted(
    store: Store, plain: Plain, namespace: str
):
    ids = await enqueue_many(store, [new_job("b"), new_job(priority=9), new_job(priority=-9)])
    someone = await runner(store)
    await someone.settle(retried(await someone.claim_one("b"), delay=0))
    await someone.claim("b")
    await someone.claim(n=2)
    assert await someone.lease.leave() == 3
    jobs = await store.reader().jobs(ids)
    assert [job.state for job in jobs] == [State.WAITING] * 3
    assert [(job.attempts.made, job.crashes) for job in jobs] == [(1, 0), (0, 0), (0, 0)]
    assert await store.reader().runners() == []
    assert someone.id not in " ".join(Keys(plain, namespace).names)
    assert [held.id for held in await (await runner(store)).claim(n=2)] == [ids[2], ids[1]]


async def test_leaving_twice_is_leaving_once(store: Store):
    await enqueue(store)
    someone = await runner(store)
    await someone.claim_one()
    assert await someone.lease.leave() == 1
    other = await runner(store)
    await other.claim_one()
    assert await someone.lease.leave() == 0
    assert (await store.reader().job(1)).runner == other.id


async def test_registering_twice_is_registering_once(store: Store):
    """The reply to the first call was lost."""
    someone = await runner(store)
    await enqueue(store)
    held = await someone.claim_one()
    await someone.lease.register({"host": "h"}, [])
    assert await someone.settle(completed(held)) == []
    assert len(await store.reader().runners()) == 1
