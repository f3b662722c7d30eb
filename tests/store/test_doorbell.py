import asyncio

import pytest

from tasuki.model.errors import StoreUnavailableError
from tasuki.store.store import Store
from tests.store.factory import completed, enqueue, enqueue_many, new_job, runner
from tests.store.invariants import Keys
from tests.support import Plain, eventually


async def blocked(plain: Plain, n: int) -> None:
    """Wait until so many doorbells are blocking."""
    await eventually(lambda: plain.info("clients")["blocked_clients"] >= n)


async def test_one_ring_wakes_one_runner(store: Store, plain: Plain):
    bells = [store.doorbell((await runner(store)).id) for _ in range(3)]
    waits = [asyncio.create_task(bell.wait(["email"], 5)) for bell in bells]
    await blocked(plain, 3)
    await enqueue_many(store, [new_job() for _ in range(10)])
    done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == ["email"]
    assert len(pending) == 2
    for bell, task in zip(bells, waits, strict=True):
        if task in pending:
            await bell.interrupt()
            assert await task is None


async def test_a_claim_that_leaves_work_behind_wakes_the_next(store: Store):
    await enqueue_many(store, [new_job() for _ in range(3)])
    one, other = await runner(store), await runner(store)
    bell = store.doorbell(other.id)
    assert await bell.wait(["email"], 5) == "email"
    waiting = asyncio.create_task(bell.wait(["email"], 5))
    await one.claim(n=2)
    assert await waiting == "email"


async def test_who_is_woken_and_cannot_take_it_wakes_the_next(store: Store):
    await enqueue(store)
    one, other = await runner(store), await runner(store)
    assert await store.doorbell(one.id).wait(["email"], 5) == "email"
    await one.exchange(rung=["email"])
    assert await store.doorbell(other.id).wait(["email"], 5) == "email"


async def test_when_all_is_claimed_the_bell_is_silent(store: Store, plain: Plain, namespace: str):
    await enqueue(store)
    someone = await runner(store)
    assert await store.doorbell(someone.id).wait(["email"], 5) == "email"
    [held] = await someone.claim(n=1, rung=["email"])
    await someone.settle(completed(held), rung=["email"])
    assert Keys(plain, namespace).list("bell:email") == []


async def test_types_ring_apart(store: Store):
    someone = await runner(store)
    bell = store.doorbell(someone.id)
    await enqueue(store, "b")
    assert await bell.wait(["a", "b"], 5) == "b"
    assert await bell.wait(["a"], 0.01) is None


async def test_nobody_rings_and_the_wait_is_over(store: Store):
    assert await store.doorbell("r").wait([], 0.01) is None
    assert await store.doorbell("r").wait(["email"], 0) is None


async def test_a_wait_can_be_interrupted(store: Store, plain: Plain):
    bell = store.doorbell("r")
    waiting = asyncio.create_task(bell.wait(["email"], 5))
    await blocked(plain, 1)
    await bell.interrupt()
    assert await waiting is None
    await enqueue(store)
    assert await bell.wait(["email"], 5) == "email"


async def test_a_cancelled_wait_leaves_the_bell_in_order(store: Store, plain: Plain):
    bell = store.doorbell("r")
    waiting = asyncio.create_task(bell.wait(["email"], 5))
    await blocked(plain, 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await eventually(lambda: plain.info("clients")["blocked_clients"] == 0)
    await enqueue(store)
    assert await bell.wait(["email"], 5) == "email"


async def test_a_cut_connection_is_an_error_and_then_heals(store: Store, plain: Plain):
    link = store.link("bell")
    bell = store.doorbell("r", link)
    number = await link.command("CLIENT", "ID")
    waiting = asyncio.create_task(bell.wait(["email"], 5))
    await blocked(plain, 1)
    plain.client_kill_filter(_id=number)
    with pytest.raises(StoreUnavailableError):
        await waiting
    await enqueue(store)
    assert await bell.wait(["email"], 5) == "email"
