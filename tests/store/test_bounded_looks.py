"""Looking at jobs is bounded in bytes and time, and what cannot be read hides nothing else."""

import msgspec
import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.job import JobInfo
from tasuki.model.state import State
from tasuki.store.looks.listing import Listing
from tasuki.store.store import Store
from tests.store.commands import counter
from tests.store.factory import (
    ERROR,
    FAR,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    noted,
    runner,
)
from tests.support import Plain

LARGE = "x" * 500_000


async def walk(listing: Listing, **filters: object) -> list[JobInfo]:
    jobs: list[JobInfo] = []
    cursor: str | None = None
    while True:
        page = await listing.page(cursor=cursor, **filters)  # pyright: ignore[reportArgumentType]
        jobs += page.jobs
        cursor = page.cursor
        if cursor is None:
            return jobs


def text(raw: msgspec.Raw | None) -> object:
    assert raw is not None
    return msgspec.json.decode(raw)


class TestLarge:
    async def test_a_list_shows_how_it_begins_and_how_large_it_is(self, store: Store):
        await enqueue_many(store, [new_job(data=data) for data in ("a" * 300, LARGE, "b" * 198)])
        first, second, third = (await store.listing().page()).jobs
        assert (first.cut, second.cut, third.cut) == (
            {"data": 302},
            {"data": 500_002},
            msgspec.UNSET,
        )
        assert text(first.data) == '"' + "a" * 199
        assert text(second.data) == '"' + "x" * 199
        assert text(third.data) == "b" * 198

    async def test_so_it_does_with_results_and_without_tracebacks(self, store: Store):
        await enqueue_many(store, [new_job("a"), new_job("b")])
        someone = await runner(store)
        await someone.settle(completed(await someone.claim_one("a"), body=f'"{"r" * 1_000}"'))
        await someone.settle(failed(await someone.claim_one("b")))
        failure, success = (await store.listing().page()).jobs
        assert success.cut == {"result": 1_002}
        assert text(success.result) == '"' + "r" * 199
        assert failure.error == msgspec.structs.replace(ERROR, traceback="")

    async def test_one_job_is_shown_whole(self, store: Store):
        id = await enqueue(store, data=LARGE)
        job = await store.reader().job(id)
        assert (text(job.data), job.cut) == (LARGE, msgspec.UNSET)

    async def test_a_page_of_large_jobs_carries_little(self, store: Store, plain: Plain):
        await enqueue_many(store, [new_job(data=LARGE) for _ in range(20)])
        before = plain.info("stats")["total_net_output_bytes"]
        assert len((await store.listing().page(limit=50)).jobs) == 20
        assert plain.info("stats")["total_net_output_bytes"] - before < 100_000

    async def test_many_medium_ones_come_in_several_calls(self, store: Store):
        ids: list[int] = []
        for _ in range(5):
            ids += await enqueue_many(store, [new_job(data="m" * 4_000) for _ in range(100)])
        assert [job.id for job in await store.reader().jobs(ids)] == ids


async def test_a_long_log_is_read_in_parts(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    lines = [f"{n:>04}" + "l" * 8_000 for n in range(600)]
    for start in range(0, 600, 50):
        await someone.settle(noted(held, lines=lines[start : start + 50]))
    reader = store.reader()
    assert (await reader.log(id)).lines == lines
    part = await reader.log(id, 500)
    assert (part.written, part.lines) == (600, lines[500:])


class TestUnreadable:
    @pytest.mark.parametrize(
        "record",
        [
            '1 0 0 y\n{"backoff":{"type":"later","delay":1}}\n{}',
            "99999999999999999 0 0 y\n\n{}",
            "1 0 0 y",
            b'1 0 0 y\n\n"\xff"',
            b"1 0 0 y\n{\xff}\n{}",
        ],
        ids=repr,
    )
    async def test_it_is_shown_as_such_among_the_others(
        self, store: Store, plain: Plain, record: str | bytes
    ):
        ids = await enqueue_many(store, [new_job("y") for _ in range(3)])
        records = store.keyspace.key("jobs")
        right = plain.hget(records, "A2")
        plain.hset(records, "A2", record)
        jobs = (await store.listing().page()).jobs
        assert [job.id for job in jobs] == ids
        assert [job.reason for job in jobs] == [None, "unreadable", None]
        assert jobs[1].state is State.WAITING
        assert (await store.reader().job(2)).reason == "unreadable"
        assert set(await store.reader().states(ids)) == set(ids)
        plain.hset(records, "A2", right)

    async def test_so_are_an_end_and_a_score_that_cannot_be(self, store: Store, plain: Plain):
        await enqueue_many(store, [new_job("a"), new_job("b", delay=FAR), new_job("c")])
        someone = await runner(store)
        await someone.settle(completed(await someone.claim_one("a")))
        ends = store.keyspace.key("ends")
        right = plain.hget(ends, "A1")
        plain.hset(ends, "A1", "completed nonsense")
        plain.zadd(store.keyspace.key("due"), {"A2": 10**17})
        jobs = (await store.listing().page()).jobs
        assert {job.id: job.reason for job in jobs} == {
            1: "unreadable",
            2: "unreadable",
            3: None,
        }
        plain.hset(ends, "A1", right)


class TestManyTypes:
    async def test_the_scheduled_ones_of_a_type_are_found_behind_thousands_of_others(
        self, store: Store
    ):
        for _ in range(4):
            await enqueue_many(store, [new_job("other", delay=FAR)] * 1_000)
        ids = [await enqueue(store, "rare", delay=FAR + n) for n in (1, 2, 3)]
        page = await store.listing().page(state=State.SCHEDULED, type="rare", limit=2)
        assert [job.id for job in page.jobs] == ids[:2]
        jobs = await walk(store.listing(), state=State.SCHEDULED, type="rare", limit=2)
        assert [job.id for job in jobs] == ids

    async def test_a_page_over_many_types_is_right_and_reads_heads_first(
        self, store: Store, plain: Plain
    ):
        names = [f"t{n:>03}" for n in range(400)]
        first = await enqueue_many(store, [new_job(name) for name in names])
        second = await enqueue_many(store, [new_job(name, priority=-1) for name in names[:7]])
        rest = await enqueue_many(store, [new_job("t001") for _ in range(500)])
        ran = counter(plain)
        page = await store.listing().page(state=State.WAITING, limit=50)
        assert [job.id for job in page.jobs] == [*second, *first[:43]]
        # One for each set, and few more for those that have what comes first.
        assert ran() < 600
        jobs = await walk(store.listing(), state=State.WAITING, limit=97)
        assert [job.id for job in jobs] == [*second, *first, *rest]

    async def test_a_page_of_types_has_the_busiest_and_then_all_by_name(self, store: Store):
        names = [f"t{n:>03}" for n in range(30)]
        await enqueue_many(store, [new_job(name) for name in names])
        await store.operator().remove(list(range(1, 31)))
        await enqueue_many(store, [new_job("t029") for _ in range(5)])
        reader = store.reader()
        page = await reader.type_page(limit=10)
        assert page.after == ""
        assert ("t029", 5) in [(info.type, info.waiting) for info in page.types]
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            page = await reader.type_page(limit=7, after=after)
            found += [info.type for info in page.types]
            after = page.after
        assert found == names
        assert [info.type for info in (await reader.type_page(text="T02", limit=99)).types] == [
            f"t02{n}" for n in range(10)
        ]


async def test_suspects_are_listed_behind_the_others_that_wait(store: Store):
    await enqueue_many(store, [new_job("a") for _ in range(3)])
    someone = await runner(store)
    await someone.claim("a", 2)
    await store.maintenance().reap([someone.id])
    jobs = await walk(store.listing(), limit=1)
    assert [(job.id, job.reason) for job in jobs] == [(3, None), (1, "suspect"), (2, "suspect")]
    [info] = await store.reader().types()
    assert info.waiting == 3


async def test_a_cursor_of_suspects_belongs_to_those_that_wait(store: Store):
    with pytest.raises(InvalidError):
        await store.listing().page(state=State.FAILED, cursor="apart:0:A1")
