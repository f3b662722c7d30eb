"""Submissions that come while a call is in flight go together in the next one."""

import asyncio

import msgspec
import pytest

from tasuki import Client, InvalidError, NewJob, connect
from tasuki.client import submission
from tasuki.client.gathering import GATHERED_BYTES
from tasuki.store.producer import MOST_JOBS, Submission
from tasuki.store.store import Store
from tests.proxy import Proxy
from tests.support import eventually


async def calls(store: Store) -> int:
    """How many calls have made jobs: each wrote one event."""
    return await store.shared.command("XLEN", store.keyspace.key("events"))


async def test_a_hundred_at_once_are_two_calls(client: Client, store: Store):
    ids = await asyncio.gather(*(client.enqueue("email", n) for n in range(100)))
    assert await calls(store) == 2
    data = [msgspec.json.decode((await client.get(id)).data) for id in ids]
    assert data == list(range(100))


async def test_one_after_another_each_is_a_call(client: Client, store: Store):
    for n in range(5):
        await client.enqueue("email", n)
    assert await calls(store) == 5


async def test_a_call_holds_a_thousand_jobs_at_most(client: Client, store: Store):
    jobs = [{"type": "email"}] * (MOST_JOBS // 2)
    ids = await asyncio.gather(*(client.enqueue_many(jobs) for _ in range(6)))
    assert len({id for some in ids for id in some}) == 6 * len(jobs)
    # The first alone, then two by two, and the last alone.
    assert await calls(store) == 4


async def test_a_call_holds_4_mib_at_most(client: Client, store: Store):
    data = "x" * (GATHERED_BYTES // 2 - 2)
    await asyncio.gather(*(client.enqueue("email", data) for _ in range(5)))
    assert await calls(store) == 3


async def test_what_is_larger_goes_alone(client: Client, store: Store):
    await asyncio.gather(
        client.enqueue("email"),
        client.enqueue("email", "x" * (GATHERED_BYTES - 2)),
        client.enqueue("email"),
    )
    assert await calls(store) == 3


async def test_who_leaves_before_its_turn_makes_nothing(client: Client):
    tasks = [asyncio.create_task(client.enqueue("email", n)) for n in range(5)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers.pop(3), asyncio.CancelledError)
    assert all(isinstance(answer, int) for answer in answers)
    assert (await client.counts())["email"]["waiting"] == 4


async def test_all_may_leave_before_their_turn(client: Client):
    tasks = [asyncio.create_task(client.enqueue("email", n)) for n in range(5)]
    await asyncio.sleep(0)
    for task in tasks[1:]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.enqueue("email")
    assert (await client.counts())["email"]["waiting"] == 2


async def test_who_leaves_while_its_call_is_in_flight_disturbs_nobody(
    far_client: Client, proxy: Proxy
):
    await far_client.enqueue("email")
    proxy.black_hole()
    tasks = [asyncio.create_task(far_client.enqueue("email", n)) for n in range(6)]
    await asyncio.sleep(0)
    # The first one's call is in flight; when it leaves, the others' call begins, on a connection
    # of its own.
    proxy.requests.clear()
    tasks[0].cancel()
    await eventually(lambda: proxy.count(b"tasuki-producer"))
    tasks[3].cancel()
    proxy.pass_on()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    left = {n for n, answer in enumerate(answers) if isinstance(answer, asyncio.CancelledError)}
    assert left == {0, 3}
    assert len({answer for answer in answers if isinstance(answer, int)}) == 4
    # Of those who left, the second was made with the others, and the first may have been.
    assert 6 <= (await far_client.counts())["email"]["waiting"] <= 7


async def test_a_job_that_cannot_be_written_concerns_its_caller_alone(client: Client):
    unwritable = submission([NewJob(type="email", data=msgspec.Raw(b'"\xff"'))])
    *others, refused = await asyncio.gather(
        client.enqueue("email"),
        client.enqueue("email"),
        client.enqueue("email"),
        client.submit(unwritable),
        return_exceptions=True,
    )
    assert isinstance(refused, InvalidError)
    assert all(isinstance(answer, int) for answer in others)


async def test_an_error_of_the_store_goes_to_all_in_the_call(client: Client, store: Store):
    layout = store.keyspace.key("layout")
    await store.shared.command("SET", layout, "another")
    answers = await asyncio.gather(
        *(client.enqueue("email", n) for n in range(5)), return_exceptions=True
    )
    assert [type(answer).__name__ for answer in answers] == ["LayoutError"] * 5
    await store.shared.command("DEL", layout)
    assert await client.enqueue("email") > 0


@pytest.mark.parametrize("count", [0, 1_001])
async def test_a_ready_submission_has_1_to_1000_jobs_too(client: Client, count: int):
    with pytest.raises(InvalidError, match="submission"):
        await client.submit(Submission([NewJob(type="email")] * count))


@pytest.mark.parametrize("count", [1, 10])
async def test_closing_waits_for_what_is_under_way(store_url: str, namespace: str, count: int):
    client = await connect(store_url, namespace=namespace)
    tasks = [asyncio.create_task(client.enqueue("email", n)) for n in range(count)]
    await asyncio.sleep(0)
    await client.close()
    assert all(task.done() for task in tasks)
    assert len({task.result() for task in tasks}) == count
