from itertools import repeat
from typing import Any

import msgspec
import pytest

from tasuki import Client, InvalidError, NewJob, PayloadError
from tasuki.store.store import Store


async def test_gives_the_ids_in_order(client: Client):
    ids = await client.enqueue_many(
        [
            {"type": "a", "data": {"n": 0}},
            NewJob(type="b", data=msgspec.Raw(b'{"n":1}')),
            {"type": "a", "data": {"n": 2}, "delay": 60, "tags": ["x"]},
        ]
    )
    jobs = [await client.get(id) for id in ids]
    assert [(job.type, msgspec.json.decode(job.data)["n"]) for job in jobs] == [
        ("a", 0),
        ("b", 1),
        ("a", 2),
    ]
    assert jobs[2].tags == ("x",)


async def test_a_thousand_jobs_are_one_call(client: Client, store: Store):
    ids = await client.enqueue_many({"type": "email", "data": n} for n in range(1_000))
    assert len(set(ids)) == 1_000
    assert await store.shared.command("XLEN", store.keyspace.key("events")) == 1


WRONG: list[tuple[Any, str, str]] = [
    ({"type": "email", "priorty": 3}, "jobs[2].priorty", "did you mean priority?"),
    (
        {"type": "email", "colour": 3},
        "jobs[2].colour",
        "a job has type, data, priority, delay",
    ),
    ({"type": "email", "key": "k"}, "jobs[2].key", "idempotency_key"),
    ({"type": "email", "idempotency_key": "k"}, "jobs[2].idempotency_key", "to enqueue_many"),
    ({"data": {}}, "jobs[2].type", "is missing"),
    ({"type": ""}, "jobs[2].type", "must not be empty"),
    ({"type": "email", "delay": -1}, "jobs[2].delay", "must be between 0"),
    ({"type": "email", "data": 2**70}, "jobs[2].data", "64 bits"),
    ({3: 4, "type": "email"}, "jobs[2].3", "is not known"),
    ("email", "jobs[2]", "must be a mapping"),
    (None, "jobs[2]", "must be a mapping"),
    (NewJob(type="email", data=msgspec.Raw(b"{")), "jobs[2].data", "is not JSON"),
]


@pytest.mark.parametrize(
    ("item", "field", "says"), WRONG, ids=[f"{n} {row[1]}" for n, row in enumerate(WRONG)]
)
async def test_one_that_is_wrong_is_named_and_none_is_made(
    client: Client, item: Any, field: str, says: str
):
    with pytest.raises(InvalidError) as caught:
        await client.enqueue_many([{"type": "email"}, {"type": "email"}, item])
    assert caught.value.field == field
    assert says in str(caught.value)
    assert await client.counts() == {}


async def test_an_error_keeps_its_kind(client: Client):
    with pytest.raises(PayloadError):
        await client.enqueue_many([{"type": "email", "data": object()}])


@pytest.mark.parametrize(
    ("jobs", "says"),
    [([], "at least one"), (repeat({"type": "email"}), "at most 1000")],
    ids=["none", "endless"],
)
async def test_a_submission_has_1_to_1000_jobs(client: Client, jobs: Any, says: str):
    with pytest.raises(InvalidError, match=says):
        await client.enqueue_many(jobs)
    assert await client.counts() == {}
