"""Progress and log lines."""

import pytest

from tasuki.model.errors import JobNotFoundError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.messages import Notes
from tasuki.store.store import Store
from tests.store.factory import (
    completed,
    enqueue,
    enqueue_many,
    new_job,
    noted,
    report_of,
    retried,
    runner,
)
from tests.store.invariants import Keys
from tests.support import Plain


async def test_progress_is_seen_and_stays_after_the_end(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    await someone.settle(noted(held, progress='{"done":1,"of":3}'))
    assert (await store.reader().job(id)).progress == {"done": 1, "of": 3}
    await someone.settle(noted(held, progress='{"done":3,"of":3}'))
    await someone.settle(completed(held))
    assert (await store.reader().job(id)).progress == {"done": 3, "of": 3}


async def test_lines_are_kept_in_order_over_attempts(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    await someone.settle(noted(held, lines=["one", "two\nlines"]))
    await someone.settle(retried(held, delay=0))
    await someone.settle(noted(await someone.claim_one(), lines=["", "襷"]))
    assert (await store.reader().log(id)).lines == ["one", "two\nlines", "", "襷"]


async def test_notes_and_the_end_may_come_in_one_report(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    report = noted(held, progress="1", lines=["a"])
    report.finished = completed(held).finished
    await someone.settle(report)
    assert (await store.reader().job(id)).progress == 1
    assert (await store.reader().log(id)).lines == ["a"]


async def test_notes_of_many_jobs_go_to_the_right_ones(store: Store):
    await enqueue_many(store, [new_job() for _ in range(4)])
    someone = await runner(store)
    held = await someone.claim(n=4)
    notes = Notes(
        ids=["A1", "A2", "A3", "A4"],
        stamps=[held[0].stamp, "1", held[2].stamp, held[3].stamp],
        progress={1: "1", 2: "2", 4: "4"},
        lines={2: ["two"], 3: ["three"], 4: ["four"]},
    )
    await someone.settle(report_of(notes=notes))
    jobs = await store.reader().jobs([1, 2, 3, 4])
    assert [job.progress for job in jobs] == [1, None, None, 4]
    logs = [(await store.reader().log(id)).lines for id in range(1, 5)]
    assert logs == [[], [], ["three"], ["four"]]


async def test_the_log_keeps_the_last_lines(store: Store):
    id = await enqueue(store)
    someone = await runner(store, LeaseTerms(log_lines=3))
    held = await someone.claim_one()
    await someone.settle(noted(held, lines=["1", "2"]))
    await someone.settle(noted(held, lines=["3", "4"]))
    assert (await store.reader().log(id)).lines == ["2", "3", "4"]
    await someone.settle(noted(held, lines=[str(n) for n in range(20_000)]))
    assert (await store.reader().log(id)).lines == ["19997", "19998", "19999"]


async def test_only_what_is_new_of_a_log_can_be_read(store: Store):
    id = await enqueue(store)
    someone = await runner(store, LeaseTerms(log_lines=3))
    held = await someone.claim_one()
    log = store.reader().log
    assert await log(id, 0) == (0, [])
    await someone.settle(noted(held, lines=["1", "2"]))
    assert await log(id, 0) == (2, ["1", "2"])
    await someone.settle(noted(held, lines=["3", "4"]))
    assert await log(id, 2) == (4, ["3", "4"])
    assert await log(id, 4) == (4, [])
    assert await log(id, 9) == (4, [])
    await someone.settle(noted(held, lines=[str(n) for n in range(5, 11)]))
    assert await log(id, 4) == (10, ["8", "9", "10"])
    assert await log(id, 9) == (10, ["10"])


async def test_a_log_of_no_lines_keeps_none(store: Store, plain: Plain, namespace: str):
    await enqueue(store)
    someone = await runner(store, LeaseTerms(log_lines=0))
    held = await someone.claim_one()
    await someone.settle(noted(held, progress="1", lines=["a"]))
    assert (await store.reader().log(1)).lines == []
    assert (await store.reader().job(1)).progress == 1
    assert list(Keys(plain, namespace).family("log")) == []


async def test_a_job_without_lines_and_no_job_are_told_apart(store: Store):
    id = await enqueue(store)
    assert (await store.reader().log(id)).lines == []
    with pytest.raises(JobNotFoundError):
        await store.reader().log(id + 1)
