import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tasuki.model.errors import KeyReusedError
from tasuki.model.state import State
from tasuki.store.producer import MOST_JOBS, Producer, Submission
from tasuki.store.store import Store
from tests.store.factory import FAR, enqueue, enqueue_many, new_job, runner
from tests.store.invariants import Keys, snapshot
from tests.store.links import RepeatingLink
from tests.support import Plain


async def test_a_job_waits_with_all_that_was_said_of_it(store: Store):
    before = datetime.now(UTC)
    id = await enqueue(store, "email", {"to": "a@b.c"}, priority="high", tags=("x", "y"), timeout=7)
    job = await store.reader().job(id)
    assert (job.id, job.type, job.state, job.reason) == (id, "email", State.WAITING, None)
    assert (job.priority, job.tags, job.timeout) == (-10, ("x", "y"), 7)
    assert msgspec.json.decode(job.data) == {"to": "a@b.c"}
    assert abs(job.created_at - before) < timedelta(seconds=2)
    assert (job.attempts.made, job.attempts.max, job.crashes) == (0, 3, 0)
    assert job.run_at is job.started_at is job.finished_at is job.runner is job.result is None


async def test_ids_count_up_from_one(store: Store):
    assert await enqueue(store) == 1
    assert await enqueue_many(store, [new_job("a"), new_job("b"), new_job("a")]) == [2, 3, 4]
    assert await enqueue(store, "c") == 5


async def test_a_delay_and_a_time_in_the_future_schedule(store: Store):
    soon = datetime.now(UTC) + timedelta(hours=1)
    delayed, timed = await enqueue(store, delay=60), await enqueue(store, run_at=soon)
    job = await store.reader().job(delayed)
    assert (job.state, job.reason) == (State.SCHEDULED, "delay")
    assert job.run_at
    assert job.run_at - job.created_at == timedelta(seconds=60)
    job = await store.reader().job(timed)
    assert job.state is State.SCHEDULED
    assert job.run_at
    assert abs(job.run_at - soon) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "options",
    [
        {"delay": 0},
        {"run_at": datetime(2000, 1, 1, tzinfo=UTC)},
        {"run_at": datetime(1950, 1, 1, tzinfo=UTC)},
    ],
    ids=["no delay", "past", "before 1970"],
)
async def test_what_is_due_already_waits(store: Store, options: dict[str, Any]):
    id = await enqueue(store, **options)
    assert (await store.reader().job(id)).state is State.WAITING


async def test_the_year_9999_is_exact(store: Store):
    last = datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)
    id = await enqueue(store, run_at=last)
    assert (await store.reader().job(id)).run_at == last


async def test_a_batch_of_a_thousand_is_one_step(store: Store, plain: Plain, namespace: str):
    jobs = [new_job(f"type{n % 7}", {"n": n}, expires=60) for n in range(MOST_JOBS)]
    ids = await enqueue_many(store, jobs)
    assert ids == list(range(1, MOST_JOBS + 1))
    assert plain.xlen(f"{{{namespace}:0}}:events") == 1
    assert sum(info.waiting for info in await store.reader().types()) == MOST_JOBS


async def test_submissions_share_one_call_and_each_gets_its_ids(store: Store):
    shares = await store.producer().enqueue(
        [Submission([new_job("a")]), Submission([new_job("b"), new_job("a")])]
    )
    assert shares == [[1], [2, 3]]


class TestSentTwice:
    """The reply was lost, so the producer sends the same call again."""

    JOBS = (new_job("a"), new_job("b", delay=FAR), new_job("a", expires=FAR))

    async def test_the_answer_is_the_same_and_nothing_changes(
        self, repeating: RepeatingLink, plain: Plain, namespace: str
    ):
        submissions = [Submission(self.JOBS), Submission(self.JOBS, "k")]
        assert await Producer(repeating).enqueue(submissions) == [[1, 2, 3], [4, 5, 6]]
        before = snapshot(plain, namespace)
        assert await repeating.send_again() == repeating.reply
        assert snapshot(plain, namespace) == before

    async def test_it_does_not_matter_what_happened_to_the_jobs(
        self, store: Store, repeating: RepeatingLink
    ):
        await Producer(repeating).enqueue([Submission(self.JOBS)])
        await store.operator().remove(range(1, 4))
        await enqueue(store)
        assert await repeating.send_again() == repeating.reply
        assert [job.id for job in (await store.listing().page()).jobs] == [4]

    async def test_a_dropped_connection_makes_the_jobs_once(self, store: Store, plain: Plain):
        link = store.link("producer")
        producer = Producer(link)
        plain.client_kill_filter(_id=await link.command("CLIENT", "ID"))
        assert await producer.enqueue([Submission([new_job()])]) == [[1]]
        assert [job.id for job in (await store.listing().page()).jobs] == [1]


class TestIdempotencyKeys:
    async def test_the_same_submission_again_gives_the_first_ids(self, store: Store):
        jobs = [new_job("a"), new_job("b")]
        assert await store.producer().enqueue([Submission(jobs, "key", "print")]) == [[1, 2]]
        assert await store.producer().enqueue([Submission(jobs, "key", "print")]) == [[1, 2]]
        assert len((await store.listing().page()).jobs) == 2

    async def test_an_empty_fingerprint_is_a_fingerprint(self, store: Store):
        for _ in range(2):
            assert await store.producer().enqueue([Submission([new_job()], "key")]) == [[1]]

    async def test_twice_in_one_call(self, store: Store):
        one, other = Submission([new_job()], "key", "f"), Submission([new_job()], "other", "f")
        shares = await store.producer().enqueue([one, other, one, Submission([new_job()]), other])
        assert shares == [[1], [2], [1], [3], [2]]

    async def test_another_body_is_refused_and_makes_nothing(self, store: Store):
        producer = store.producer()
        await producer.enqueue([Submission([new_job()], "key", "f")])
        refused, made, refused_too = await producer.enqueue(
            [
                Submission([new_job(), new_job()], "key", "g"),
                Submission([new_job()], "new", "g"),
                Submission([new_job()], "new", "h"),
            ]
        )
        assert isinstance(refused, KeyReusedError)
        assert refused.field == "idempotency_key"
        assert made == [2]
        assert isinstance(refused_too, KeyReusedError)
        assert len((await store.listing().page()).jobs) == 2

    async def test_fifty_at_once_make_one_job(self, store: Store):
        producers = [store.producer() for _ in range(50)]
        submission = Submission([new_job(), new_job()], "key", "f")
        shares = await asyncio.gather(*(p.enqueue([submission]) for p in producers))
        assert shares == [[[1, 2]]] * 50

    async def test_any_text_can_be_a_key(self, store: Store):
        for n, key in enumerate(["", " ", "a b\n", "é" * 10_000, "\ud800", "{x}:y"], 1):
            for _ in range(2):
                assert await store.producer().enqueue([Submission([new_job()], key, "f")]) == [[n]]

    async def test_a_key_outlives_its_job_for_a_day(
        self, store: Store, plain: Plain, namespace: str
    ):
        await store.producer().enqueue([Submission([new_job()], "key", "f")])
        await store.operator().remove([1])
        assert await store.producer().enqueue([Submission([new_job()], "key", "f")]) == [[1]]
        [key] = plain.scan_iter(match=f"{{{namespace}:0}}:key:*", count=1_000)
        assert 23 * 3_600 < plain.ttl(key) <= 24 * 3_600


async def test_a_sender_is_remembered_for_ten_minutes(store: Store, plain: Plain, namespace: str):
    await enqueue(store)
    [key] = plain.scan_iter(match=f"{{{namespace}:0}}:sender:*", count=1_000)
    assert 500 < plain.ttl(key) <= 600


class TestOrder:
    async def test_first_in_first_out_where_ids_grow_a_digit(self, store: Store):
        """Ids of 1, 2, 3 and 4 digits: their order is that of numbers, not of text."""
        ids = await enqueue_many(store, [new_job() for _ in range(1_000)])
        ids += await enqueue_many(store, [new_job() for _ in range(20)])
        someone = await runner(store)
        claimed = [held.id for held in await someone.claim(n=100)]
        claimed += [held.id for held in await someone.claim(n=1_000)]
        assert claimed == ids == list(range(1, 1_021))

    async def test_smaller_priorities_first_also_negative_and_fractions(self, store: Store):
        priorities = [0, 10, -10, 0.5, -0.25, -15, 2**53, -(2**53), 1e-7, 0, -10]
        ids = await enqueue_many(store, [new_job(priority=p) for p in priorities])
        wanted = [id for _, id in sorted(zip(priorities, ids, strict=True))]
        claimed = await (await runner(store)).claim(n=100)
        assert [held.id for held in claimed] == wanted
        assert [held.record.priority for held in claimed] == sorted(priorities)


@pytest.mark.parametrize(
    "type", ["a:b", "{x}", "wait:a", "襷", "a b", "%s", "a" * 200, "-", "1", "*"], ids=str
)
async def test_any_type_name_is_a_queue_of_its_own(
    store: Store, plain: Plain, namespace: str, type: str
):
    other = await enqueue(store, "a")
    id = await enqueue(store, type)
    held = await (await runner(store)).claim_one(type)
    assert (held.id, held.type) == (id, type)
    assert {info.type: info.active for info in await store.reader().types()} == {"a": 0, type: 1}
    position, events = await store.feed().read("0-0")
    assert [(event.what, event.type, event.ids) for event in events] == [
        ("waiting", "a", (other,)),
        ("waiting", type, (id,)),
        ("active", type, (id,)),
    ]
    assert position == events[-1].position
    assert f"wait:{type}" not in Keys(plain, namespace).names
