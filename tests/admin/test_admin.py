"""What people do and see, whoever asks."""

import asyncio

import pytest

from tasuki.admin import Admin
from tasuki.client import Client
from tasuki.model.errors import InvalidError
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.server.support import Hand


async def test_a_job_can_be_seen_and_its_log_read(
    admin: Admin, client: Client, store: Store
) -> None:
    id = await client.enqueue("email", {"to": "a"})
    assert (await admin.job(id)).state is State.WAITING
    assert await admin.log(id) == []
    hand = Hand(store)
    await hand.claim("email")
    await hand.note("1", "one", "two")
    assert (await admin.job(id)).state is State.ACTIVE
    assert await admin.log(id) == ["one", "two"]
    await hand.complete()
    await hand.leave()


@pytest.mark.parametrize("id", [0, -1, 2**53, True, "7", None])
async def test_what_cannot_be_an_id_is_refused(admin: Admin, id: int) -> None:
    for verb in (admin.job, admin.log):
        with pytest.raises(InvalidError) as caught:
            await verb(id)
        assert caught.value.field == "id"
    with pytest.raises(InvalidError):
        await admin.wait(id, 1)


async def test_waiting_gives_the_job_at_its_end_or_after_the_time(
    admin: Admin, client: Client
) -> None:
    id = await client.enqueue("email")
    assert (await admin.wait(id, 0.01)).state is State.WAITING
    waiting = asyncio.create_task(admin.wait(id, 30))
    await asyncio.sleep(0)
    await client.cancel(id)
    assert (await asyncio.wait_for(waiting, 5)).state is State.CANCELLED


async def test_jobs_are_listed_with_filters(admin: Admin, client: Client) -> None:
    await client.enqueue_many(
        [{"type": "a", "tags": ["x"]}, {"type": "b"}, {"type": "a", "delay": 9}]
    )
    page = await admin.jobs(type="a", limit=1)
    assert [job.id for job in page.jobs] == [1]
    assert page.cursor is not None
    assert [job.id for job in (await admin.jobs(type="a", cursor=page.cursor)).jobs] == [3]
    assert [job.id for job in (await admin.jobs(tag="x")).jobs] == [1]
    assert [job.id for job in (await admin.jobs(state=State.SCHEDULED)).jobs] == [3]


async def test_types_can_be_seen_and_paused(admin: Admin, client: Client) -> None:
    await client.enqueue("a/b")
    assert [(info.type, info.waiting) for info in await admin.types()] == [("a/b", 1)]
    assert (await admin.pause("a/b")).paused is True
    assert (await admin.pause("a/b")).paused is True
    found = await admin.type("a/b")
    assert found is not None
    assert found.paused is True
    assert (await admin.resume("a/b")).paused is False
    assert await admin.type("other") is None


@pytest.mark.parametrize("type", ["", "a\n", "x" * 201])
async def test_what_cannot_be_a_type_is_refused(admin: Admin, type: str) -> None:
    for verb in (admin.type, admin.pause, admin.resume):
        with pytest.raises(InvalidError) as caught:
            await verb(type)
        assert caught.value.field == "type"


async def test_runners_can_be_seen(admin: Admin, client: Client, store: Store) -> None:
    await client.enqueue("email")
    hand = Hand(store)
    await hand.claim("email")
    [runner] = await admin.runners()
    assert (runner.id, runner.active) == (hand.lease.runner, 1)
    await hand.complete()
    await hand.leave()
    assert await admin.runners() == []


async def test_counters_come_with_the_promise_of_the_store(admin: Admin, client: Client) -> None:
    await client.enqueue("email")
    stats = await admin.stats(2)
    assert stats.durability == "everysec"
    assert len(stats.minutes) == 2
    assert stats.totals["email"] == {"enqueued": 1}


@pytest.mark.parametrize("minutes", [0, -1, 2_881])
async def test_minutes_have_bounds(admin: Admin, minutes: int) -> None:
    with pytest.raises(InvalidError) as caught:
        await admin.stats(minutes)
    assert caught.value.field == "minutes"


async def test_a_store_that_works_is_ready(admin: Admin) -> None:
    ready = await admin.health.ready()
    assert (ready.ready, ready.durability, ready.code) == (True, "everysec", None)


async def test_looking_at_health_leaves_jobs_alone(admin: Admin, client: Client) -> None:
    id = await client.enqueue("email")
    before = await admin.job(id)
    await admin.health.ready()
    assert await admin.job(id) == before
