from typing import Any

import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.state import State
from tasuki.store.looks.listing import ORDER
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    runner,
)
from tests.support import Plain, eventually


async def walk(store: Store, limit: int, **filters: Any) -> list[int]:
    """All ids, by asking for page after page."""
    ids: list[int] = []
    cursor: str | None = None
    while True:
        page = await store.listing().page(limit=limit, cursor=cursor, **filters)
        ids += [job.id for job in page.jobs]
        cursor = page.cursor
        if cursor is None:
            return ids


async def a_moment(store: Store) -> None:
    """Until the clock of the store has moved on."""

    async def now() -> int:
        seconds, us = await store.shared.command("TIME")
        return int(seconds) * 1_000 + int(us) // 1_000

    start = await now()

    async def passed() -> bool:
        return await now() > start

    await eventually(passed)


async def in_every_state(store: Store) -> None:
    """Jobs 1 to 12: two in each state, in the order of the list of states."""
    await enqueue_many(store, [new_job("a") for _ in range(2)])
    someone = await runner(store)
    await someone.claim("a", 2)
    await enqueue_many(store, [new_job("b"), new_job("c", priority=1)])
    await enqueue_many(store, [new_job("b", delay=FAR), new_job("a", delay=FAR + 1)])
    for settle in (failed, completed, cancelled):
        await enqueue_many(store, [new_job("d") for _ in range(2)])
        later, first = await someone.claim("d", 2)
        await someone.settle(settle(first, keep=FAR))
        await a_moment(store)
        await someone.settle(settle(later))


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
async def test_every_job_comes_once_in_pages_of_any_size(store: Store, limit: int):
    await in_every_state(store)
    assert await walk(store, limit) == list(range(1, 13))


@pytest.mark.parametrize("state", ORDER)
async def test_one_state(store: Store, state: State):
    await in_every_state(store)
    first = 2 * ORDER.index(state) + 1
    assert await walk(store, 1, state=state) == [first, first + 1]


async def test_one_type_and_one_tag(store: Store):
    await enqueue_many(
        store,
        [
            new_job("a", tags=("x",)),
            new_job("b", tags=("x", "y")),
            new_job("a"),
            new_job("a", delay=FAR, tags=("y",)),
        ],
    )
    assert await walk(store, 2, type="a") == [1, 3, 4]
    assert await walk(store, 2, tag="y") == [2, 4]
    assert await walk(store, 2, tag="x", type="a") == [1]
    assert await walk(store, 2, state=State.SCHEDULED, type="b") == []
    assert await walk(store, 2, type="unheard of") == []


async def test_waiting_jobs_come_in_the_order_in_which_they_will_run(store: Store):
    priorities = [0, -15, 0.5, 10, 0, -2.5]
    ids = await enqueue_many(
        store, [new_job("ab"[n % 2], priority=p) for n, p in enumerate(priorities)]
    )
    wanted = [id for _, id in sorted(zip(priorities, ids, strict=True))]
    for limit in (1, 2, 4, 10):
        assert await walk(store, limit, state=State.WAITING) == wanted


@pytest.mark.parametrize("limit", [7, 50])
async def test_many_jobs_of_one_score_are_all_there(store: Store, limit: int):
    ids = await enqueue_many(store, [new_job() for _ in range(250)])
    assert await walk(store, limit) == ids


async def test_the_latest_finished_come_first_and_are_all_there(store: Store):
    await enqueue_many(store, [new_job() for _ in range(120)])
    someone = await runner(store)
    held = await someone.claim(n=120)
    await someone.settle(completed(*held[:60], keep=60))
    await someone.settle(completed(*held[60:], keep=120))
    wanted = [*range(120, 60, -1), *range(60, 0, -1)]
    for limit in (1, 7, 50):
        assert await walk(store, limit, state=State.COMPLETED) == wanted


async def test_whatever_they_are_kept_for_those_that_ended_last_come_first(store: Store):
    keeps = [FAR, None, 60, None, 2 * FAR, 120]
    await enqueue_many(store, [new_job("ab"[n % 2]) for n in range(len(keeps))])
    someone = await runner(store)
    for n, keep in enumerate(keeps):
        await someone.settle(completed(await someone.claim_one("ab"[n % 2]), keep=keep))
    for limit in (1, 2, 50):
        assert await walk(store, limit, state=State.COMPLETED) == [6, 5, 4, 3, 2, 1]
        assert await walk(store, limit, state=State.COMPLETED, type="a") == [5, 3, 1]


async def test_jobs_that_come_and_go_between_pages_hide_no_others(store: Store):
    await enqueue_many(store, [new_job() for _ in range(10)])
    listing = store.listing()
    page = await listing.page(limit=4)
    assert [job.id for job in page.jobs] == [1, 2, 3, 4]
    await store.operator().remove([1, 4, 5])
    await enqueue(store, priority=-1)
    page = await listing.page(limit=4, cursor=page.cursor)
    assert [job.id for job in page.jobs] == [6, 7, 8, 9]
    page = await listing.page(limit=4, cursor=page.cursor)
    assert [job.id for job in page.jobs] == [10]


async def test_a_rare_tag_takes_several_pages_of_bounded_work(store: Store):
    for _ in range(3):
        await enqueue_many(store, [new_job() for _ in range(1_000)])
    id = await enqueue(store, tags=("rare",))
    page = await store.listing().page(tag="rare", limit=50)
    assert page.jobs == []
    assert page.cursor is not None
    assert await walk(store, 50, tag="rare") == [id]


@pytest.mark.parametrize("limit", [0, -1, 1_001])
async def test_a_limit_out_of_range_is_refused(store: Store, limit: int):
    with pytest.raises(InvalidError) as refused:
        await store.listing().page(limit=limit)
    assert refused.value.field == "limit"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "waiting",
        "waiting:1",
        "waiting:x:A1",
        "nowhere:1:A1",
        "waiting:1:",
        "waiting::A1",
        "failed:1:A1",
        "waiting:1_0:A1",
        "waiting:nan:A1",
        "waiting:inf:A1",
        "waiting: 1:A1",
        "waiting:1.2.3:A1",
        "waiting:.:A1",
        "waiting:٣:A1",
    ],
    ids=str,
)
async def test_a_cursor_that_no_page_gave_is_refused(store: Store, cursor: str):
    with pytest.raises(InvalidError) as refused:
        await store.listing().page(state=State.WAITING, cursor=cursor)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize("cursor", ["waiting:-2.5:A1", "waiting:1e-07:A1", "waiting:0:zzz"])
async def test_a_cursor_at_a_job_that_is_gone_goes_on_behind_it(store: Store, cursor: str):
    id = await enqueue(store, priority=5)
    page = await store.listing().page(state=State.WAITING, cursor=cursor)
    assert [job.id for job in page.jobs] == [id]


async def test_reading_changes_nothing(store: Store, plain: Plain):
    reader = store.reader()
    assert await walk(store, 10) == []
    assert await reader.jobs([1, 2]) == []
    assert await reader.types() == await reader.runners() == []
    await store.history().stats()
    await store.feed().end()
    assert list(plain.scan_iter(match=f"{store.keyspace.base}*", count=1_000)) == []


async def test_many_jobs_are_read_in_the_order_asked_for_without_those_that_are_not(store: Store):
    await enqueue_many(store, [new_job() for _ in range(500)])
    wanted = [*range(500, 0, -1), 501, 7]
    assert [job.id for job in await store.reader().jobs(wanted)] == [*range(500, 0, -1), 7]


async def test_counts_of_many_types(store: Store):
    names = sorted(f"type{n}" for n in range(450))
    await enqueue_many(store, [new_job(name) for name in names])
    infos = await store.reader().types()
    assert [(info.type, info.waiting) for info in infos] == [(name, 1) for name in names]
    [info] = await store.reader().types(["unheard of"])
    assert info.waiting == 0
