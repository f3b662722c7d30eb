import asyncio

import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    completed,
    enqueue,
    enqueue_many,
    held_by,
    new_job,
    released,
    runner,
)
from tests.store.invariants import Keys
from tests.support import Plain


async def test_a_paused_type_is_never_claimed_and_others_are(store: Store):
    await enqueue_many(store, [new_job("a"), new_job("b"), new_job("a", delay=FAR)])
    assert await store.operator().pause("a")
    await store.operator().promote([3])
    someone = await runner(store)
    held = held_by(await someone.exchange(demand={"a": 9, "b": 9}))
    assert [job.id for job in held] == [2]
    infos = {info.type: (info.paused, info.waiting) for info in await store.reader().types()}
    assert infos == {"a": (True, 2), "b": (False, 0)}


async def test_active_jobs_of_a_paused_type_go_on(store: Store):
    await enqueue_many(store, [new_job() for _ in range(2)])
    someone = await runner(store)
    one, other = await someone.claim(n=2)
    await store.operator().pause("email")
    assert await someone.settle(completed(one)) == []
    await someone.settle(released(other))
    assert await someone.claim() == []
    assert (await store.reader().job(other.id)).state is State.WAITING


async def test_resume_gives_the_jobs_back_and_rings(store: Store):
    id = await enqueue(store)
    await store.operator().pause("email")
    someone = await runner(store)
    bell = store.doorbell(someone.id)
    assert await bell.wait(["email"], 5) == "email"
    assert held_by(await someone.exchange(demand={"email": 1}, rung=["email"])) == []
    waiting = asyncio.create_task(bell.wait(["email"], 5))
    assert await store.operator().resume("email")
    assert await waiting == "email"
    assert [held.id for held in await someone.claim()] == [id]


async def test_a_paused_type_does_not_keep_the_bell_ringing(
    store: Store, plain: Plain, namespace: str
):
    """Who is woken for a paused type claims nothing, and must not be woken again at once."""
    await enqueue(store)
    await store.operator().pause("email")
    someone = await runner(store)
    plain.delete(f"{{{namespace}:0}}:bell:email")
    await someone.exchange(demand={"email": 1}, rung=["email"])
    assert Keys(plain, namespace).list("bell:email") == []


async def test_a_type_may_be_paused_before_its_first_job(store: Store):
    assert await store.operator().pause("new")
    await enqueue(store, "new")
    assert await (await runner(store)).claim("new") == []


async def test_doing_it_again_changes_nothing(store: Store):
    operator = store.operator()
    assert [await operator.pause("a"), await operator.pause("a")] == [True, False]
    assert [await operator.resume("a"), await operator.resume("a")] == [True, False]
    _, events = await store.feed().read("0-0")
    assert [(event.what, event.type, event.ids) for event in events] == [
        ("paused", "a", ()),
        ("resumed", "a", ()),
    ]


async def test_a_name_that_cannot_be_is_refused(store: Store):
    with pytest.raises(InvalidError):
        await store.operator().pause("")
