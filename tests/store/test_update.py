"""Updates, by a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tasuki.model.backoff import FixedBackoff
from tasuki.model.errors import InvalidError, JobNotFoundError, StateError
from tasuki.model.state import State, Verb
from tasuki.model.update import Update
from tasuki.store.acts.operator import refusal
from tasuki.store.acts.updates import Became
from tasuki.store.store import Store
from tasuki.wire.ids import encode_id
from tests.store.factory import FAR, completed, enqueue, enqueue_many, new_job, retried, runner
from tests.support import Plain

LARGE = msgspec.Raw(msgspec.json.encode("x" * 10_000))
LARGER = msgspec.Raw(msgspec.json.encode("y" * 20_000))
SMALL = msgspec.Raw(b"[1]")


async def updated(store: Store, id: int, **changes: Any) -> State:
    """Change what a job is, and give the state that it is in now; or raise why it cannot be."""
    [became] = await store.operator().update([id], Update(**changes))
    refused = refusal(id, Verb.UPDATE, became.before)
    if refused is not None:
        raise refused
    return State(became.after)


async def test_a_job_that_waits_takes_its_place_by_its_new_priority(store: Store):
    ids = await enqueue_many(store, [new_job(priority=5), new_job(priority=5), new_job()])
    assert await updated(store, ids[1], priority="critical") is State.WAITING
    assert (await store.reader().job(ids[1])).priority == -15
    claimed = await (await runner(store)).claim(n=3)
    assert [held.id for held in claimed] == [ids[1], ids[2], ids[0]]


async def test_a_scheduled_job_has_its_new_priority_when_it_is_due(store: Store):
    ids = await enqueue_many(store, [new_job(delay=FAR), new_job(delay=FAR)])
    await store.operator().update([ids[1]], Update(priority=-1))
    await store.operator().promote(ids)
    assert [held.id for held in await (await runner(store)).claim(n=2)] == ids[::-1]


async def test_a_job_is_put_off_and_brought_forward(store: Store):
    id = await enqueue(store)
    at = datetime(2100, 1, 1, tzinfo=UTC)
    assert await updated(store, id, run_at=at) is State.SCHEDULED
    assert (await store.reader().job(id)).run_at == at
    assert await (await runner(store)).claim() == []
    later = at + timedelta(days=1)
    assert await updated(store, id, run_at=later) is State.SCHEDULED
    assert (await store.reader().job(id)).run_at == later
    assert await updated(store, id, delay=None) is State.WAITING
    assert (await (await runner(store)).claim_one()).id == id


async def test_a_time_that_is_over_means_now(store: Store):
    id = await enqueue(store, delay=FAR)
    past = datetime(2020, 1, 1, tzinfo=UTC)
    assert await updated(store, id, run_at=past) is State.WAITING
    assert await updated(store, id, delay=0) is State.WAITING


async def test_between_attempts_it_keeps_its_attempts_and_gets_new_data(store: Store):
    id = await enqueue(store, data=SMALL)
    someone = await runner(store)
    await someone.settle(retried(await someone.claim_one()))
    assert await updated(store, id, data=LARGE, delay=0) is State.WAITING
    job = await store.reader().job(id)
    assert (job.attempts.made, bytes(job.data)) == (1, bytes(LARGE))
    assert (await someone.claim_one()).tries.made == 1


@pytest.mark.parametrize("before", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("after", [SMALL, LARGER], ids=["small", "larger"])
async def test_data_of_any_size_become_data_of_any_size(
    store: Store, before: msgspec.Raw, after: msgspec.Raw, leaves_nothing: None
):
    id = await enqueue(store, data=before, expires=FAR)
    await store.operator().update([id], Update(data=after))
    assert bytes((await store.reader().job(id)).data) == bytes(after)
    await store.operator().remove([id])


async def test_it_may_live_longer_or_for_ever_or_no_longer(store: Store, plain: Plain):
    id = await enqueue(store, expires=60)
    key = store.keyspace.key("expires")
    operator, reader = store.operator(), store.reader()
    before = plain.zscore(key, encode_id(id))
    assert before is not None
    await operator.update([id], Update(expires=3_600))
    longer = plain.zscore(key, encode_id(id))
    assert longer is not None
    assert 3_500_000 < longer - before <= 3_700_000
    assert (await reader.job(id)).expires == pytest.approx(3_600, abs=60)
    await operator.update([id], Update(expires=None))
    assert (await reader.job(id)).expires is None
    assert plain.zscore(key, encode_id(id)) is None
    await operator.update([id], Update(expires=0))
    await store.maintenance().expire()
    assert (await reader.job(id)).reason == "expired"


async def test_tags_are_changed_among_options_that_stay(store: Store):
    options: list[dict[str, Any]] = [
        {},
        {"tags": ["old", "}"], "attempts": 7, "timeout": 0.1},
        {"backoff": FixedBackoff(delay=1.5), "keep": 9},
        {"attempts": 7},
        {"attempts": 7, "delay": FAR},
    ]
    ids = await enqueue_many(store, [new_job(**each) for each in options])
    before = await store.reader().jobs(ids)
    became = await store.operator().update([*ids, ids[0]], Update(tags=["a", 'b"]']))
    assert [each.after for each in became] == ["waiting"] * 4 + ["scheduled", "waiting"]
    after = await store.reader().jobs(ids)
    assert {job.tags for job in after} == {("a", 'b"]')}
    assert [msgspec.structs.replace(job, tags=()) for job in after] == [
        msgspec.structs.replace(job, tags=()) for job in before
    ]
    await store.operator().update(ids, Update(tags=()))
    assert {job.tags for job in await store.reader().jobs(ids)} == {()}


async def test_what_is_not_said_stays(store: Store):
    id = await enqueue(
        store, data=LARGE, priority=1.5, expires=FAR, delay=FAR, tags=["a"], attempts=2
    )
    before = await store.reader().job(id)
    await store.operator().update([id], Update(priority=2))
    assert await store.reader().job(id) == msgspec.structs.replace(before, priority=2)


async def test_a_suspect_stays_apart(store: Store):
    id = await enqueue(store)
    victim = await runner(store)
    await victim.claim_one()
    await store.maintenance().reap([victim.id])
    assert await updated(store, id, priority=1, delay=0) is State.WAITING
    job = await store.reader().job(id)
    assert (job.priority, job.reason) == (1, "suspect")
    assert await (await runner(store)).claim() == []


async def test_a_suspect_that_is_put_off_is_one_no_more(store: Store):
    id = await enqueue(store)
    victim = await runner(store)
    await victim.claim_one()
    await store.maintenance().reap([victim.id])
    assert await updated(store, id, delay=FAR) is State.SCHEDULED
    await store.operator().promote([id])
    assert (await (await runner(store)).claim_one()).tries.crashes == 1


async def test_one_that_runs_or_has_ended_is_refused(store: Store):
    await enqueue_many(store, [new_job("a"), new_job("b"), new_job()])
    await (await runner(store)).claim_one("a")
    someone = await runner(store)
    await someone.settle(completed(await someone.claim_one("b")))
    assert await store.operator().update([1, 2, 3, 4], Update(priority=1, tags=["x"])) == [
        Became("active", ""),
        Became("completed", ""),
        Became("waiting", "waiting"),
        Became("missing", ""),
    ]
    with pytest.raises(StateError, match="job 1 is active: cannot update it"):
        await updated(store, 1, priority=1)
    with pytest.raises(JobNotFoundError):
        await updated(store, 4, priority=1)


async def test_a_record_that_nobody_can_read_is_no_job(store: Store, plain: Plain):
    id = await enqueue(store, tags=["a"])
    key = store.keyspace.key("jobs")
    head = plain.hget(key, encode_id(id)).split("\n")[0]
    for broken in (head, f"{head}\nno options\n{{}}"):
        plain.hset(key, encode_id(id), broken)
        assert await store.operator().update([id], Update(tags=["b"])) == [Became("missing", "")]
        assert plain.hget(key, encode_id(id)) == broken
    await store.operator().remove([id])


async def test_people_who_look_are_told(store: Store):
    waiting, scheduled = await enqueue_many(store, [new_job(), new_job(delay=FAR)])
    feed = store.feed()
    position = await feed.end()
    await store.operator().update([waiting, scheduled], Update(tags=["a"]))
    _, events = await feed.read(position)
    assert {(event.what, event.ids) for event in events} == {
        ("waiting", (waiting,)),
        ("scheduled", (scheduled,)),
    }


async def test_thousands_at_once(store: Store):
    jobs = [new_job(f"type{n % 3}", delay=FAR if n % 2 else None) for n in range(1_000)]
    ids = await enqueue_many(store, jobs)
    became = await store.operator().update(ids, Update(priority=3, data=LARGE, delay=FAR))
    assert {each.after for each in became} == {"scheduled"}
    totals = await store.reader().types()
    assert sum(info.scheduled for info in totals) == 1_000
    assert sum(info.waiting for info in totals) == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, None),
        ({"priority": "hihg"}, "priority"),
        ({"priority": None}, "priority"),
        ({"delay": -1}, "delay"),
        ({"expires": "soon"}, "expires"),
        ({"tags": "a"}, "tags"),
        ({"run_at": datetime(2030, 1, 1)}, "run_at"),  # noqa: DTZ001 - that is what is wrong
        ({"run_at": None, "delay": 3}, "run_at"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(fields: dict[str, Any], field: str | None):
    with pytest.raises(InvalidError) as caught:
        Update(**fields)
    assert caught.value.field == field
