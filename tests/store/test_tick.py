"""One script does a step of everything that is to be done from time to time."""

import pytest

from tasuki.model.retention import Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.maintenance import TICK_STEP, Maintenance
from tasuki.store.store import Store
from tests.store.commands import counter
from tests.store.factory import FAR, completed, enqueue, enqueue_many, new_job, runner
from tests.store.invariants import snapshot
from tests.support import Plain, eventually

EAGER = LeaseTerms(lease=0.04, retention=Retention(completed=Keep(0.01)))
"""Terms under which every tick is due a few milliseconds after the last one."""


async def ticks(maintenance: Maintenance) -> int:
    """Tick until there is nothing more to do. Gives how many ticks did something."""
    done = 0
    while True:
        ticked = await eventually(maintenance.tick)
        done += ticked.due
        if ticked.due and not ticked.more:
            return done


async def test_who_comes_too_early_does_nothing_and_writes_nothing(
    store: Store, plain: Plain, namespace: str
):
    await enqueue(store, delay=0.001)
    one, other = store.maintenance(), store.maintenance()
    assert (await one.tick()).due
    before = snapshot(plain, namespace)
    ran = counter(plain)
    for _ in range(5):
        assert not (await other.tick()).due
    assert ran() == 5 * 3
    assert snapshot(plain, namespace) == before


async def test_it_is_due_again_after_its_interval_whoever_asks(store: Store):
    one, other = store.maintenance(LeaseTerms(lease=1)), store.maintenance(LeaseTerms(lease=1))
    assert (await one.tick()).due

    async def due() -> bool:
        return (await other.tick()).due

    await eventually(due)


async def test_a_short_lease_is_not_kept_waiting_by_one_with_a_long_interval(store: Store):
    await store.maintenance(LeaseTerms(lease=60)).tick()

    async def due() -> bool:
        return (await store.maintenance(EAGER).tick()).due

    await eventually(due, 0.6)


@pytest.mark.parametrize("ahead", [10**6, 10**9])
async def test_a_turn_that_lies_far_ahead_holds_nothing_up(
    store: Store, plain: Plain, namespace: str, ahead: int
):
    """The clock of the store was set back, or somebody wrote it by hand."""
    await store.maintenance().tick()
    clock = f"{{{namespace}:0}}:clock"
    plain.hset(clock, "turn", int(plain.hget(clock, "turn")) + ahead)
    assert (await store.maintenance().tick()).due
    plain.hset(clock, "last", int(plain.hget(clock, "last")) + ahead * 1_000)
    assert (await store.maintenance().tick()).due


async def test_a_backlog_of_everything_goes_step_by_step(store: Store):
    n = 3 * TICK_STEP
    await enqueue_many(store, [new_job("done") for _ in range(n)])
    someone = await runner(store)
    for keep in (None, 0.001, 0.001):
        await someone.settle(completed(*await someone.claim("done", TICK_STEP), keep=keep))
    await enqueue_many(store, [new_job("due", delay=0.001) for _ in range(n)])
    await enqueue_many(store, [new_job("late", delay=FAR, expires=0.001) for _ in range(n)])
    maintenance = store.maintenance(EAGER)
    first = await eventually(maintenance.tick)
    assert first.more
    assert max(first.promoted, first.expired, first.pruned) <= TICK_STEP
    assert await ticks(maintenance) >= 2
    counts = {info.type: info for info in await store.reader().types()}
    assert counts["done"].completed == 0
    assert counts["due"].waiting == n
    assert counts["late"].cancelled == n


async def test_a_tick_with_nothing_to_do_costs_the_same_with_very_many_types(
    store: Store, plain: Plain
):
    async def cost() -> int:
        maintenance = store.maintenance(EAGER)
        await ticks(maintenance)
        ran = counter(plain)
        await ticks(maintenance)
        return ran()

    for n in range(1):
        await enqueue_many(store, [new_job(f"{n}-{i}") for i in range(1_000)])
    some = await cost()
    for n in range(1, 3):
        await enqueue_many(store, [new_job(f"{n}-{i}") for i in range(1_000)])
    # A scan gives about as many as it is asked for, not exactly.
    assert await cost() < 2 * some


@pytest.mark.parametrize(("place", "keep"), [("done", None), ("kept", 0.001)])
async def test_a_broken_key_of_one_type_keeps_no_other_from_being_pruned(
    store: Store, plain: Plain, namespace: str, place: str, keep: float | None
):
    await enqueue_many(store, [new_job("a"), new_job("b")])
    someone = await runner(store)
    for type in "ab":
        await someone.settle(completed(await someone.claim_one(type), keep=keep))
    done = f"{{{namespace}:0}}:{place}:completed:a"
    plain.rename(done, f"{done}:kept")
    plain.set(done, "not a sorted set")
    plain.zadd(f"{{{namespace}:0}}:ripe", {"completed:a": 1, "completed:b": 2})
    plain.zadd(f"{{{namespace}:0}}:keeps", {"A1": 1, "A2": 2}, xx=True)
    brief = Retention(completed=Keep(0.001 if keep is None else FAR))
    maintenance = store.maintenance(LeaseTerms(retention=brief))

    async def pruned() -> bool:
        try:
            await maintenance.prune()
        except Exception:  # noqa: BLE001 - that the broken key is told is right
            return False
        return await store.reader().jobs([2]) == []

    await eventually(pruned)
    plain.delete(done)
    plain.rename(f"{done}:kept", done)
    assert await eventually(maintenance.prune) == 1


async def test_sets_that_nobody_wrote_down_are_found(store: Store, plain: Plain, namespace: str):
    """As those that a version wrote that did not write them down."""
    await enqueue(store)
    someone = await runner(store)
    await someone.settle(completed(await someone.claim_one()))
    plain.delete(f"{{{namespace}:0}}:ripe")
    maintenance = store.maintenance(EAGER)

    async def pruned() -> bool:
        await maintenance.tick()
        return await store.reader().jobs([1]) == []

    await eventually(pruned)


async def test_so_are_those_of_jobs_with_a_time_of_their_own(
    store: Store, plain: Plain, namespace: str
):
    await enqueue(store)
    someone = await runner(store)
    await someone.settle(completed(await someone.claim_one(), keep=FAR))
    ripe = f"{{{namespace}:0}}:ripe"
    plain.delete(ripe)
    maintenance = store.maintenance(EAGER)
    await ticks(maintenance)
    assert [job.id for job in (await store.listing().page(state=State.COMPLETED)).jobs] == [1]
    await store.operator().remove([1])
    await ticks(maintenance)
    assert not plain.exists(ripe)


async def test_types_without_work_leave_the_list_of_those_with_work(
    store: Store, plain: Plain, namespace: str
):
    await enqueue_many(store, [new_job("a"), new_job("b")])
    live = f"{{{namespace}:0}}:live"
    assert set(plain.smembers(live)) == {"a", "b"}
    await store.operator().cancel([1])
    await ticks(store.maintenance(EAGER))
    assert set(plain.smembers(live)) == {"b"}
    await enqueue(store, "a")
    assert set(plain.smembers(live)) == {"a", "b"}
    page = await store.listing().page(state=State.WAITING)
    assert [job.id for job in page.jobs] == [2, 3]
