import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from tasuki import Backoff, Client, InvalidError, PayloadError
from tasuki.model.rules import LAST_MOMENT, LONGEST_SECONDS
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.store.factory import runner

NOW = datetime.now(UTC)
ZONELESS = datetime(2030, 1, 1)  # noqa: DTZ001 - what must be refused


async def test_gives_the_id_of_a_job_that_waits(client: Client):
    first = await client.enqueue("email")
    second = await client.enqueue("email", {"to": "a@example.org"})
    assert second > first
    job = await client.get(second)
    assert (job.type, job.state) == ("email", State.WAITING)
    assert msgspec.json.decode(job.data) == {"to": "a@example.org"}


async def test_data_that_is_not_given_is_an_empty_object(client: Client):
    assert (await client.get(await client.enqueue("email"))).data == msgspec.Raw(b"{}")


async def test_every_option_arrives(client: Client, store: Store):
    await client.enqueue(
        "email",
        {"n": 1},
        priority="high",
        attempts=7,
        backoff=Backoff.exponential(base=1, cap=9),
        timeout=2.5,
        expires=60,
        keep=5,
        tags=["urgent", "mail"],
    )
    [held] = await (await runner(store)).claim("email")
    assert held.record.priority == -10
    assert held.record.expires - held.record.created == 60_000
    options = held.record.options
    assert options.backoff == Backoff.exponential(base=1, cap=9)
    assert (options.attempts, options.timeout, options.keep) == (7, 2.5, 5)
    assert options.tags == ("urgent", "mail")


@pytest.mark.parametrize("backoff", [[1, 10], Backoff.list(1, 10)], ids=["list", "Backoff"])
async def test_backoff_may_be_a_list(client: Client, store: Store, backoff: Any):
    await client.enqueue("email", backoff=backoff)
    [held] = await (await runner(store)).claim("email")
    assert held.record.options.backoff == (1, 10)


async def test_a_delay_or_a_time_makes_it_scheduled(client: Client):
    soon = datetime.now(timezone(timedelta(hours=9))) + timedelta(hours=1)
    job = await client.get(await client.enqueue("email", run_at=soon))
    assert job.state is State.SCHEDULED
    assert job.run_at is not None
    assert abs(job.run_at - soon) < timedelta(seconds=0.01)
    delayed = await client.get(await client.enqueue("email", delay=60))
    assert delayed.state is State.SCHEDULED


@pytest.mark.parametrize(
    "at",
    [NOW - timedelta(days=1), datetime.min.replace(tzinfo=UTC)],
    ids=["yesterday", "the first moment"],
)
async def test_a_time_in_the_past_means_now(client: Client, at: datetime):
    job = await client.get(await client.enqueue("email", run_at=at))
    assert job.state is State.WAITING


async def test_what_may_be_asked_for_can_also_be_shown(client: Client):
    longest = dict.fromkeys(("delay", "timeout", "expires", "keep"), LONGEST_SECONDS)
    delayed = await client.get(await client.enqueue("email", **longest))
    assert (delayed.state, delayed.timeout) == (State.SCHEDULED, LONGEST_SECONDS)
    assert delayed.run_at is not None
    assert delayed.run_at < LAST_MOMENT
    last = await client.get(await client.enqueue("email", run_at=LAST_MOMENT))
    assert last.run_at == LAST_MOMENT


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("type", {"type": ""}),
    ("type", {"type": "x" * 201}),
    ("type", {"type": "a\nb"}),
    ("type", {"type": 3}),
    ("data", {"data": math.nan}),
    ("data", {"data": {"a": [1, -math.inf]}}),
    ("data", {"data": 2**64}),
    ("data", {"data": "\ud800"}),
    ("data", {"data": object()}),
    ("data", {"data": msgspec.Raw(b"{")}),
    ("delay", {"delay": -1}),
    ("delay", {"delay": "soon"}),
    ("delay", {"delay": math.inf}),
    ("run_at", {"run_at": ZONELESS}),
    ("run_at", {"run_at": "tomorrow"}),
    ("run_at", {"run_at": datetime.max.replace(tzinfo=UTC)}),
    ("delay", {"delay": 8_000 * 365.25 * 86_400}),
    ("run_at", {"run_at": NOW, "delay": 1}),
    ("priority", {"priority": "urgent"}),
    ("priority", {"priority": False}),
    ("priority", {"priority": math.nan}),
    ("attempts", {"attempts": 0}),
    ("attempts", {"attempts": 1.5}),
    ("backoff", {"backoff": 5}),
    ("backoff", {"backoff": []}),
    ("backoff[1]", {"backoff": [1, -1]}),
    ("timeout", {"timeout": 0}),
    ("expires", {"expires": -1}),
    ("keep", {"keep": True}),
    ("tags", {"tags": "urgent"}),
    ("tags", {"tags": {"urgent"}}),
    ("tags[0]", {"tags": [7]}),
    ("tags", {"tags": ["t"] * 51}),
    ("idempotency_key", {"idempotency_key": ""}),
    ("idempotency_key", {"idempotency_key": 7}),
    ("key", {"key": "k"}),
    ("key", {"key": ""}),
]


@pytest.mark.parametrize(
    ("field", "arguments"), WRONG, ids=[f"{n} {row[0]}" for n, row in enumerate(WRONG)]
)
async def test_what_is_wrong_is_named_and_nothing_is_made(
    client: Client, field: str, arguments: dict[str, Any]
):
    with pytest.raises(InvalidError) as caught:
        await client.enqueue(**(dict[str, Any](type="email") | arguments))
    assert caught.value.field == field
    assert await client.counts() == {}


async def test_nesting_has_a_limit(client: Client):
    deep: Any = 1
    for _ in range(101):
        deep = [deep]
    with pytest.raises(PayloadError, match="deeper than 100"):
        await client.enqueue("email", deep)
    await client.enqueue("email", deep[0])
