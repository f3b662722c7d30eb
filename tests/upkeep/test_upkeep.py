"""The periodic work, done by whoever is there."""

import pytest

from tasuki.model.retention import Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.store import Store
from tasuki.telemetry.events import UpkeepDone
from tasuki.upkeep.upkeep import Upkeep
from tests.proxy import proxy_to
from tests.store.factory import completed, enqueue, runner
from tests.support import Plain, eventually

BRIEF = LeaseTerms(lease=1, retention=Retention(completed=Keep(0.05)))


def upkeep_of(store: Store, terms: LeaseTerms = BRIEF) -> Upkeep:
    return Upkeep(store.maintenance(terms), store.listeners)


async def test_one_tick_promotes_expires_and_prunes(store: Store):
    due = await enqueue(store, "a", delay=0.02)
    late = await enqueue(store, "a", expires=0.02)
    someone = await runner(store, terms=BRIEF)
    await enqueue(store, "b")
    held = await someone.claim_one("b")
    await someone.settle(completed(held, keep=0.02))
    upkeep = upkeep_of(store)

    async def done() -> bool:
        await upkeep.tick()
        found = {job.id: job.state for job in await store.reader().jobs([due, late, held.id])}
        return found == {due: State.WAITING, late: State.CANCELLED}

    await eventually(done)


async def test_jobs_of_a_runner_that_vanished_come_back(store: Store):
    id = await enqueue(store, "a")
    someone = await runner(store, terms=BRIEF)
    await someone.claim_one("a")
    upkeep = upkeep_of(store)
    await upkeep.start()
    try:

        async def back() -> bool:
            return (await store.reader().job(id)).state is State.WAITING

        await eventually(back, 10)
    finally:
        await upkeep.stop()
    assert (await store.reader().job(id)).crashes == 0


async def test_each_step_is_told_and_what_was_taken_back_is_logged(
    store: Store, caplog: pytest.LogCaptureFixture
):
    steps = list[UpkeepDone]()
    store.listeners.add(UpkeepDone, steps.append)
    someone = await runner(store, terms=BRIEF)
    await enqueue(store, "a")
    await someone.claim_one("a")
    await enqueue(store, "b", delay=0.01)
    await enqueue(store, "b", expires=0.01)
    upkeep = upkeep_of(store)
    await upkeep.start()
    try:
        await eventually(lambda: any(step.runners for step in steps), 10)
        await eventually(lambda: sum(step.promoted + step.expired for step in steps) == 2)
    finally:
        await upkeep.stop()
    [taken_back] = [step for step in steps if step.runners]
    assert (taken_back.runners, taken_back.requeued) == ([someone.id], 1)
    assert f"took back jobs of lost runners {someone.id}: 1 requeued" in caplog.text


async def test_it_goes_on_when_the_store_is_back(store: Store):
    with proxy_to(store.address.url) as proxy:
        through = Store(proxy.url, namespace=store.keyspace.namespace)
        upkeep = upkeep_of(through)
        await upkeep.start()
        try:
            proxy.refuse()
            proxy.cut()
            id = await enqueue(store, "a", delay=0.01)
            proxy.accept()

            async def promoted() -> bool:
                return (await store.reader().job(id)).state is State.WAITING

            await eventually(promoted, 10)
        finally:
            await upkeep.stop()
            await through.close()


async def test_it_goes_on_after_an_error_of_any_kind_and_tells_of_each_kind_once(
    store: Store, plain: Plain, namespace: str, caplog: pytest.LogCaptureFixture
):
    """The broken set of one type makes ticks fail. What it does not touch is done all the same."""
    plain.set(f"{{{namespace}:0}}:done:completed:broken", "not a sorted set")
    plain.hset(f"{{{namespace}:0}}:types", "broken", "")
    upkeep = upkeep_of(store, LeaseTerms(lease=0.1))
    await upkeep.start()
    try:
        due = [await enqueue(store, "a", delay=0.01) for _ in range(3)]
        someone = await runner(store, terms=LeaseTerms(lease=0.1))
        lost = await enqueue(store, "b")
        await someone.claim_one("b")

        async def done() -> bool:
            states = await store.reader().states([*due, lost])
            return set(states.values()) == {State.WAITING}

        await eventually(done, 10)
        await eventually(lambda: "upkeep goes on" in caplog.text)
    finally:
        await upkeep.stop()
        plain.delete(f"{{{namespace}:0}}:done:completed:broken")
    assert caplog.text.count("Traceback") <= 4


async def test_names_that_are_no_text_hold_nothing_up(store: Store, plain: Plain, namespace: str):
    """Written by hand, or by something that is not Tasuki."""
    start = f"{{{namespace}:0}}:".encode()
    plain.execute_command("HSET", start + b"types", b"bad\xff", b"")
    plain.execute_command("ZADD", start + b"runners", "1", b"bad\xff")
    plain.execute_command("SADD", start + b"live", b"bad\xff")
    upkeep = upkeep_of(store, LeaseTerms(lease=0.1))
    await upkeep.start()
    try:
        id = await enqueue(store, "a", delay=0.01)

        async def promoted() -> bool:
            return (await store.reader().job(id)).state is State.WAITING

        await eventually(promoted, 10)
        assert [info.type for info in await store.reader().types()] == ["a"]
        assert [job.id for job in (await store.listing().page()).jobs] == [id]
    finally:
        await upkeep.stop()


async def test_stopping_twice_is_no_matter(store: Store):
    upkeep = upkeep_of(store)
    await upkeep.start()
    await upkeep.stop()
    await upkeep.stop()
