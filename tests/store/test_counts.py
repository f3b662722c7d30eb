"""Counters per type, per minute, and the stream of events."""

import asyncio
from collections import Counter

import pytest

from tasuki.model.state import State
from tasuki.store.feed import Event
from tasuki.store.history import MOST_MINUTES
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
    await store.operator().cancel(7)
    await store.operator().retry(2)


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
    assert 47 * 3_600 < plain.ttl(key) <= 48 * 3_600
    number = int(key.rpartition(":")[2])
    plain.rename(key, f"{{{namespace}:0}}:minute:{number - 2}")
    history = store.history()
    stats = await eventually(lambda: history.stats(4))
    assert len(stats.minutes) == 4
    assert [minute.at.second for minute in stats.minutes] == [0] * 4
    assert {"email": {"enqueued": 1}} in [minute.types for minute in stats.minutes[:2]]
    assert [len((await history.stats(n)).minutes) for n in (0, 1, 9_999)] == [1, 1, MOST_MINUTES]


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
    await store.operator().promote(2)
    await store.operator().cancel(2)
    await store.operator().retry(2)
    await store.operator().remove(2)
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
        for _ in range(7_000):
            pipeline.xadd(stream, {"progress:": "A1"})
        pipeline.execute()
    await enqueue(store)
    assert 5_000 <= plain.xlen(stream) <= 5_200
    assert not await feed.reaches(start)
    assert await feed.reaches(await feed.end())


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
