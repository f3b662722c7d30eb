"""A submission with an idempotency key is made once, however often it is sent."""

import asyncio
from typing import Any

import pytest

from tasuki import BlockingClient, Client, InvalidError, KeyReusedError


async def waiting(client: Client) -> int:
    return sum(states["waiting"] for states in (await client.counts()).values())


async def test_the_same_again_gives_the_first_id(client: Client):
    first = await client.enqueue("email", {"to": "a"}, idempotency_key="k")
    assert await client.enqueue("email", {"to": "a"}, idempotency_key="k") == first
    assert await client.enqueue("email", {"to": "a"}, idempotency_key="other") != first
    assert await waiting(client) == 2


@pytest.mark.parametrize(
    "changed",
    [{"data": {"to": "b"}}, {"type": "sms"}, {"priority": 1}, {"tags": ["x"]}],
    ids=["data", "type", "priority", "tags"],
)
async def test_another_submission_with_the_key_is_refused(client: Client, changed: dict[str, Any]):
    await client.enqueue("email", {"to": "a"}, idempotency_key="k")
    with pytest.raises(KeyReusedError) as caught:
        await client.enqueue(
            **(dict[str, Any](type="email", data={"to": "a"}) | changed), idempotency_key="k"
        )
    assert caught.value.field == "idempotency_key"
    assert await waiting(client) == 1


async def test_many_jobs_share_a_key(client: Client):
    jobs = [{"type": "email", "data": n} for n in range(3)]
    ids = await client.enqueue_many(jobs, idempotency_key="k")
    assert await client.enqueue_many(jobs, idempotency_key="k") == ids
    with pytest.raises(KeyReusedError):
        await client.enqueue_many(jobs[:2], idempotency_key="k")
    assert await waiting(client) == 3


async def test_sent_by_fifty_at_once_it_is_made_once(client: Client):
    ids = await asyncio.gather(*(client.enqueue("email", idempotency_key="k") for _ in range(50)))
    assert len(set(ids)) == 1
    assert await waiting(client) == 1


async def test_a_reused_key_concerns_its_caller_alone(client: Client):
    answers = await asyncio.gather(
        client.enqueue("email", 0),
        client.enqueue("email", 1, idempotency_key="k"),
        client.enqueue("email", 2, idempotency_key="k"),
        client.enqueue("email", 3),
        return_exceptions=True,
    )
    assert isinstance(answers[2], KeyReusedError)
    assert len({answer for answer in answers if isinstance(answer, int)}) == 3


async def test_an_argument_by_its_old_name_is_refused_with_the_new_one(client: Client):
    old: Any = "k"
    for enqueued, field, new in (
        (client.enqueue("email", key=old), "key", "idempotency_key"),
        (client.enqueue_many([{"type": "a"}], key=old), "key", "idempotency_key"),
        (client.enqueue_many([{"type": "a", "key": old}]), "jobs[0].key", "idempotency_key"),
        (client.enqueue("email", at=old), "at", "run_at"),
        (client.enqueue_many([{"type": "a", "at": old}]), "jobs[0].at", "run_at"),
    ):
        with pytest.raises(InvalidError, match=new) as caught:
            await enqueued
        assert caught.value.field == field
    assert await client.counts() == {}


def test_both_faces_agree_on_what_is_the_same(blocking: BlockingClient):
    first = blocking.enqueue("email", {"to": "a"}, idempotency_key="k", backoff=[1, 2])
    assert blocking.enqueue_many(
        [{"type": "email", "data": {"to": "a"}, "backoff": (1, 2)}], idempotency_key="k"
    ) == [first]
