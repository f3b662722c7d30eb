"""There may be so many types and no more: one with an id in its name would make ever more."""

import asyncio

import pytest

from tasuki import Client
from tasuki.model.errors import InvalidError
from tasuki.store.producer import Submission
from tasuki.store.store import Store
from tests.store.factory import enqueue, enqueue_many, new_job
from tests.support import Plain

MOST = 110


@pytest.fixture
async def full(store: Store, plain: Plain) -> Store:
    """A namespace with one type less than there may be."""
    await store.maintenance().tick(types_limit=MOST)
    await enqueue_many(store, [new_job(f"t{n}") for n in range(MOST - 1)])
    return store


async def test_a_new_type_beyond_the_limit_is_refused_and_nothing_is_made(full: Store):
    await enqueue(full, "last")
    [refused] = await full.producer().enqueue([Submission([new_job("new")])])
    assert isinstance(refused, InvalidError)
    assert refused.field == "type"
    assert str(MOST) in refused.message
    assert "types_limit" in refused.message
    assert len(await full.reader().types()) == MOST
    assert await full.reader().jobs([MOST + 1]) == []
    assert await enqueue(full, "t5") == MOST + 1


async def test_a_type_that_was_refused_is_a_new_one_the_next_time(full: Store):
    await enqueue(full, "last")
    for _ in range(2):
        [refused] = await full.producer().enqueue([Submission([new_job("new")])])
        assert isinstance(refused, InvalidError)


async def test_only_its_submission_is_refused_of_those_in_the_same_call(full: Store):
    answers = await full.producer().enqueue(
        [
            Submission([new_job("t1"), new_job("last")]),
            Submission([new_job("t1"), new_job("new"), new_job("newer")]),
            Submission([new_job("t2")]),
            Submission([new_job("newest")]),
            Submission([new_job("last")]),
        ]
    )
    made = [answer for answer in answers if isinstance(answer, list)]
    assert made == [[MOST, MOST + 1], [MOST + 2], [MOST + 3]]
    fields = [answer.field for answer in answers if isinstance(answer, InvalidError)]
    assert fields == ["jobs[1].type", "type"]


async def test_callers_of_a_client_hear_of_their_own(full: Store):
    client = Client(full)
    names = ["t1", "last", "new", "t2", "newer"]
    answers = await asyncio.gather(*map(client.enqueue, names), return_exceptions=True)
    assert [isinstance(answer, InvalidError) for answer in answers] == [False] * 2 + [
        True,
        False,
        True,
    ]
    await client.close()


async def test_a_key_that_is_known_is_answered_all_the_same(full: Store, plain: Plain):
    named = Submission([new_job("last")], "key", "print")
    [first] = await full.producer().enqueue([named])
    plain.hdel(full.keyspace.key("types"), "last")
    await enqueue(full, "other")
    assert await full.producer().enqueue([named]) == [first]
    plain.hset(full.keyspace.key("types"), "last", "")


async def test_the_limit_holds_for_all_until_another_is_said(full: Store):
    await enqueue(full, "last")
    other = Store(full.address.url, namespace=full.keyspace.namespace)
    [refused] = await other.producer().enqueue([Submission([new_job("new")])])
    assert isinstance(refused, InvalidError)
    with pytest.raises(InvalidError) as error:
        await other.operator().pause("new")
    assert error.value.field == "type"
    assert await other.operator().pause("t1")
    plain_terms = other.keyspace.key("terms")
    assert await other.shared.command("HSET", plain_terms, "types", MOST + 1) == 0
    assert await enqueue(other, "new") == MOST + 1
    await other.close()
