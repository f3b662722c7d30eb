"""Counters per type, per minute, and the stream of events."""

import asyncio
from collections import Counter

import pytest

from tasuki.model.state import State
from tasuki.store.feed import Event
from tasuki.store.looks.history import MOST_MINUTES
from tasuki.store.looks.types import TypeInfo
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    noted,
    released,
    retried,
    runner,
    snoozed,
)
from tests.support import Plain, eventually


async def a_busy_minute(store: Store) -> None:
    await enqueue_many(store, [new_job() for _ in range(8)])
    someone = await runner(store)
    held = await someone.claim(n=6)
    for job, settle in zip(held, (completed, failed, cancelled, retried, snoozed), strict=False):
        await someone.settle(settle(job))
    await store.maintenance().reap([someone.id])
    await store.operator().cancel([7])
    await store.operator().retry([2])


async def test_how_many_are_where(store: Store):
    await a_busy_minute(store)
    [info] = await store.reader().types()
    assert (info.waiting, info.scheduled, info.active) == (3, 2, 0)
    assert (info.completed, info.failed, info.cancelled) == (1, 0, 2)


async def test_totals_and_minutes_say_the_same(store: Store):
    await a_busy_minute(store)
    stats = await store.history().stats(2)
    wanted = {
        "enqueued": 8,
        "completed": 1,
        "failed": 1,
        "cancelled": 2,
        "retried": 1,
        "snoozed": 1,
        "crashed": 1,
        "requeued": 1,
        "ms": 15,
    }
    assert stats.totals["email"] == wanted
    minutes: Counter[str] = Counter()
    for minute in stats.minutes:
        minutes.update(minute.types.get("email", {}))
    assert {event: minutes[event] for event in wanted} == wanted


async def test_types_are_counted_apart_even_with_odd_names(store: Store):
    await enqueue_many(store, [new_job("a"), new_job("a:b"), new_job("a:b")])
    totals = (await store.history().stats(1)).totals
    assert totals == {"a": {"enqueued": 1}, "a:b": {"enqueued": 2}}


async def test_minutes_are_asked_for_and_the_current_one_is_last(
    store: Store, plain: Plain, namespace: str
):
    await enqueue(store)
    [key] = plain.scan_iter(match=f"{{{namespace}:0}}:minute:*", count=1_000)
    assert 2 * 3_600 < plain.ttl(key) <= 130 * 60
    number = int(key.rpartition(":")[2])
    plain.rename(key, f"{{{namespace}:0}}:minute:{number - 2}")
    history = store.history()
    stats = await eventually(lambda: history.stats(4))
    assert len(stats.minutes) == 4
    assert [minute.at.second for minute in stats.minutes] == [0] * 4
    assert {"email": {"enqueued": 1}} in [minute.types for minute in stats.minutes[:2]]
    assert [len((await history.stats(n)).minutes) for n in (0, 1, 120)] == [1, 1, 120]


async def test_more_than_two_hours_come_in_sums_of_ten_minutes(
    store: Store, plain: Plain, namespace: str
):
    """Minutes are there for two hours only; the sums that upkeep makes of them for two days."""
    await enqueue_many(store, [new_job("a"), new_job("b"), new_job("b")])
    start = f"{{{namespace}:0}}:"
    [key] = plain.scan_iter(match=f"{start}minute:*", count=1_000)
    now = int(key.rpartition(":")[2])
    for minutes, n in ((250, 4), (251, 5), (5, 6)):
        plain.hset(f"{start}minute:{now - minutes}", mapping={"enqueued:a": n})
        plain.expire(f"{start}minute:{now - minutes}", 60)
    plain.hset(f"{start}clock", "folded", now - 300)
    maintenance = store.maintenance()
    while not (ticked := await maintenance.tick()).due or ticked.more:
        pass
    await enqueue(store, "a")
    plain.delete(f"{start}minute:{now - 250}", f"{start}minute:{now - 251}")
    stats = await store.history().stats(9_999)
    assert stats.step == 10
    assert MOST_MINUTES / 10 <= len(stats.minutes) <= MOST_MINUTES / 10 + 1
    sums = [minute.types["a"]["enqueued"] for minute in stats.minutes if "a" in minute.types]
    assert sum(sums) == 4 + 5 + 6 + 1 + 1
    assert sum(sums[:-2]) <= 9
    assert stats.minutes[-1].types == {} or "b" in stats.minutes[-1].types


async def test_what_is_counted_in_a_minute_is_bounded(store: Store, plain: Plain, namespace: str):
    """Beyond some thousand types they are added up, so that an id in the type costs no memory."""
    await enqueue(store, "known")
    [key] = plain.scan_iter(match=f"{{{namespace}:0}}:minute:*", count=1_000)
    plain.hset(key, mapping={f"enqueued:{n}": 1 for n in range(6_000)})
    await enqueue_many(store, [new_job("known"), new_job("new"), new_job("newer")])
    assert plain.hget(key, "enqueued:known") == "2"
    assert plain.hget(key, "enqueued:") == "2"
    assert plain.hlen(key) <= 6_002
    stats = await store.history().stats(2)
    assert sum(minute.types.get("", {}).get("enqueued", 0) for minute in stats.minutes) == 2


async def events_of(store: Store) -> list[tuple[str, str, tuple[int, ...]]]:
    _, events = await store.feed().read("0-0")
    return [(event.what, event.type, event.ids) for event in events]


async def test_everything_that_happens_is_an_event(store: Store):
    await enqueue_many(store, [new_job("a"), new_job("b", delay=FAR), new_job("a")])
    someone = await runner(store)
    one, other = await someone.claim("a", 2)
    await someone.settle(noted(one, progress="1"))
    await someone.settle(completed(one))
    await someone.settle(released(other))
    await store.operator().promote([2])
    await store.operator().cancel([2])
    await store.operator().retry([2])
    await store.operator().remove([2])
    assert await events_of(store) == [
        ("waiting", "a", (1, 3)),
        ("scheduled", "b", (2,)),
        ("active", "a", (1, 3)),
        ("progress", "a", (1,)),
        ("completed", "a", (1,)),
        ("waiting", "a", (3,)),
        ("waiting", "b", (2,)),
        ("cancelled", "b", (2,)),
        ("waiting", "b", (2,)),
        ("removed", "b", (2,)),
    ]


async def test_one_call_is_one_position(store: Store):
    await enqueue_many(store, [new_job(f"type{n}") for n in range(5)])
    position, events = await store.feed().read("0-0")
    assert {event.position for event in events} == {position}
    assert len(events) == 5


async def test_a_reader_that_waits_hears_at_once(store: Store):
    await enqueue(store)
    feed = store.feed()
    start = await feed.end()
    waiting = asyncio.create_task(feed.read(start, seconds=5))
    id = await enqueue(store)
    position, [event] = await waiting
    assert event == Event(position, "waiting", "email", (id,))
    assert await feed.read(position, seconds=0.01) == (position, ())


async def test_the_stream_is_bounded_and_says_when_a_reader_has_missed_something(
    store: Store, plain: Plain, namespace: str
):
    await enqueue(store)
    feed = store.feed()
    start = await feed.end()
    assert await feed.reaches(start)
    stream = f"{{{namespace}:0}}:events"
    with plain.pipeline(transaction=False) as pipeline:
        for _ in range(52_000):
            pipeline.xadd(stream, {"progress:": "A1"})
        pipeline.execute()
    await enqueue(store)
    assert 50_000 <= plain.xlen(stream) <= 50_200
    assert not await feed.reaches(start)
    assert await feed.reaches(await feed.end())


async def test_events_are_kept_for_minutes_and_for_less_where_they_are_large(
    store: Store, plain: Plain, namespace: str
):
    stream = f"{{{namespace}:0}}:events"
    with plain.pipeline(transaction=False) as pipeline:
        for n in range(1_000):
            pipeline.xadd(stream, {"progress:": "A1"}, id=f"{n + 1}-1")
        pipeline.execute()
    await enqueue(store)
    await store.maintenance().tick()
    assert plain.xlen(stream) <= 200
    with plain.pipeline(transaction=False) as pipeline:
        for _ in range(2_000):
            pipeline.xadd(stream, {"progress:": "A" * 60_000})
        pipeline.execute()
    maintenance = store.maintenance()

    async def trimmed() -> bool:
        await maintenance.tick()
        return plain.xlen(stream) * 60_000 <= 33 * 2**20

    await eventually(trimmed)


async def test_an_entry_is_bounded_in_bytes(store: Store, plain: Plain, namespace: str):
    """What happened to so many jobs says no more to which; who waits for one looks by itself."""
    jobs = [new_job(f"type {n:>3} {'x' * 180}") for n in range(1_000)]
    await enqueue_many(store, jobs)
    await store.operator().cancel(range(1, 501))
    for _, fields in plain.xrange(f"{{{namespace}:0}}:events"):
        assert sum(map(len, [*fields, *fields.values()])) < 300_000
    plain.delete(f"{{{namespace}:0}}:events")
    for _ in range(12):
        await enqueue_many(store, [new_job() for _ in range(1_000)])
    await (await runner(store)).claim(n=12_000)
    assert (await events_of(store))[-1] == ("active", "email", ())


async def test_the_feed_of_a_new_namespace_begins_at_its_beginning(store: Store):
    feed = store.feed()
    assert await feed.end() == "0-0"
    assert await feed.reaches("0-0")
    await enqueue(store)
    _, [event] = await feed.read("0-0")
    assert event.what == State.WAITING


@pytest.mark.parametrize("n", [1, 3_000, 7_000])
async def test_an_event_names_all_its_jobs(store: Store, n: int):
    for start in range(0, n, 1_000):
        await enqueue_many(store, [new_job() for _ in range(min(1_000, n - start))])
    await (await runner(store)).claim(n=n)
    assert (await events_of(store))[-1] == ("active", "email", tuple(range(1, n + 1)))


def test_a_type_has_a_count_for_each_state():
    assert sorted(TypeInfo.__struct_fields__) == sorted({"type", "paused", *State})
