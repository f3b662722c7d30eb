from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tasuki.model.errors import JobNotFoundError, LeaseLostError
from tasuki.model.retention import HOUR, Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.messages import Report
from tasuki.store.store import Store
from tasuki.wire.record import encode_error
from tests.store.factory import (
    ERROR,
    FAR,
    Held,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    finished,
    merged,
    new_job,
    noted,
    released,
    retried,
    runner,
    snoozed,
)
from tests.store.invariants import Keys, snapshot
from tests.support import Plain

Settle = Callable[[Held], Report]


def at_most(count: int) -> LeaseTerms:
    """The terms of a runner for which so many finished jobs are kept of each type and state."""
    keep = Keep(HOUR, count)
    return LeaseTerms(retention=Retention(completed=keep, failed=keep, cancelled=keep))


async def test_completed(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    held = await someone.claim_one()
    assert await someone.settle(completed(held, body='{"sum":3}')) == []
    job = await store.reader().job(id)
    assert (job.state, job.reason, job.error) == (State.COMPLETED, None, None)
    assert job.result == msgspec.Raw(b'{"sum":3}')
    assert (job.attempts.made, job.crashes, job.runner) == (1, 0, someone.id)
    assert job.started_at
    assert job.finished_at
    assert job.created_at <= job.started_at <= job.finished_at


async def test_failed(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(failed(await someone.claim_one()))
    job = await store.reader().job(id)
    assert (job.state, job.reason, job.error, job.result) == (State.FAILED, "error", ERROR, None)


async def test_cancelled(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(cancelled(await someone.claim_one()))
    job = await store.reader().job(id)
    assert (job.state, job.reason) == (State.CANCELLED, "cancelled")


async def test_retried(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(retried(await someone.claim_one(), delay=60))
    job = await store.reader().job(id)
    assert (job.state, job.reason, job.error) == (State.SCHEDULED, "backoff", ERROR)
    assert (job.attempts.made, job.crashes) == (1, 0)
    assert job.run_at
    assert timedelta(seconds=59) < job.run_at - job.created_at < timedelta(seconds=62)


async def test_snoozed(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(snoozed(await someone.claim_one()))
    job = await store.reader().job(id)
    assert (job.state, job.reason, job.error) == (State.SCHEDULED, "delay", None)
    assert job.attempts.made == 0


async def test_released(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    await someone.settle(released(await someone.claim_one()))
    job = await store.reader().job(id)
    assert (job.state, job.attempts.made, job.crashes) == (State.WAITING, 0, 0)


async def test_attempts_add_up_over_retries_and_end_with_the_job(store: Store):
    id = await enqueue(store)
    someone = await runner(store)
    for attempt in range(3):
        held = await someone.claim_one()
        assert held.tries.made == attempt
        await someone.settle(retried(held, delay=0))
    held = await someone.claim_one()
    await someone.settle(completed(held))
    assert (await store.reader().job(id)).attempts.made == 4
    await store.operator().retry([id])
    assert (await someone.claim_one()).tries.made == 0


async def test_one_report_may_settle_many_types_in_many_ways(store: Store):
    await enqueue_many(store, [new_job(type) for type in "aaaabbbb"])
    someone = await runner(store)
    a, b = await someone.claim("a", 4), await someone.claim("b", 4)
    first = [
        noted(a[0], progress="1"),
        completed(a[0]),
        failed(a[1]),
        retried(a[2]),
        released(a[3]),
    ]
    second = [completed(b[0]), cancelled(b[1]), snoozed(b[2]), released(b[3])]
    assert await someone.settle(merged(*first, *second)) == []
    states = [(await store.reader().job(id)).state for id in range(1, 9)]
    assert states[:4] == ["completed", "failed", "scheduled", "waiting"]
    assert states[4:] == ["completed", "cancelled", "scheduled", "waiting"]


OUTCOMES: dict[str, Settle] = {
    "completed": completed,
    "failed": failed,
    "cancelled": cancelled,
    "retried": retried,
    "snoozed": snoozed,
    "released": released,
    "progress": lambda held: noted(held, progress="1"),
    "log": lambda held: noted(held, lines=["a line"]),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
class TestFencing:
    """Only who holds the job, under the stamp of this very claim, may say how it went."""

    @pytest.fixture(autouse=True)
    def content(self, plain: Plain, namespace: str) -> Callable[[], Any]:
        passing = ("clock", "runner")
        return lambda: snapshot(plain, namespace, without=passing)

    async def test_a_job_that_another_runner_holds(
        self, store: Store, outcome: str, content: Callable[[], Any]
    ):
        await enqueue(store)
        one, other = await runner(store), await runner(store)
        held = await one.claim_one()
        before = content()
        lost = await other.settle(OUTCOMES[outcome](held))
        assert lost == ([] if outcome in {"progress", "log"} else [held.id])
        assert content() == before
        assert await one.settle(completed(held)) == []

    async def test_a_job_that_the_same_runner_has_claimed_anew(
        self, store: Store, outcome: str, content: Callable[[], Any]
    ):
        await enqueue(store)
        someone = await runner(store)
        old = await someone.claim_one()
        await someone.settle(released(old))
        new = await someone.claim_one()
        assert new.id == old.id
        assert new.stamp != old.stamp
        before = content()
        lost = await someone.settle(OUTCOMES[outcome](old))
        assert lost == ([] if outcome in {"progress", "log"} else [old.id])
        assert content() == before
        assert await someone.settle(completed(new)) == []

    async def test_a_job_that_was_settled_already(
        self, store: Store, outcome: str, content: Callable[[], Any]
    ):
        await enqueue(store)
        someone = await runner(store)
        held = await someone.claim_one()
        await someone.settle(failed(held))
        before = content()
        lost = await someone.settle(OUTCOMES[outcome](held))
        assert lost == ([] if outcome in {"progress", "log"} else [held.id])
        assert content() == before

    async def test_a_job_that_never_was(
        self, store: Store, outcome: str, content: Callable[[], Any]
    ):
        await enqueue(store)
        someone = await runner(store)
        held = (await someone.claim_one())._replace(id=77)
        before = content()
        lost = await someone.settle(OUTCOMES[outcome](held))
        assert lost == ([] if outcome in {"progress", "log"} else [77])
        assert content() == before

    async def test_a_runner_whose_lease_was_lost(
        self, store: Store, outcome: str, content: Callable[[], Any]
    ):
        await enqueue(store)
        someone = await runner(store)
        held = await someone.claim_one()
        await store.maintenance().reap([someone.id])
        before = content()
        with pytest.raises(LeaseLostError):
            await someone.settle(OUTCOMES[outcome](held))
        assert content() == before


async def test_those_that_are_held_settle_beside_those_that_are_lost(store: Store):
    await enqueue_many(store, [new_job() for _ in range(6)])
    someone, other = await runner(store), await runner(store)
    theirs, mine = await other.claim(n=3), await someone.claim(n=3)
    mixed = [theirs[0], mine[0], theirs[1], mine[1], theirs[2], mine[2]]
    assert await someone.settle(completed(*mixed)) == [job.id for job in theirs]
    jobs = [await store.reader().job(held.id) for held in mixed]
    assert [job.state for job in jobs] == ["active", "completed"] * 3


class TestRetention:
    async def test_keep_nothing_and_the_job_is_gone_at_once(
        self, store: Store, leaves_nothing: None
    ):
        ids = await enqueue_many(store, [new_job(expires=FAR) for _ in range(2)])
        someone = await runner(store)
        one, other = await someone.claim(n=2)
        await someone.settle(noted(one, progress="1", lines=["a"]))
        await someone.settle(retried(one, delay=0))
        one = await someone.claim_one()
        await someone.settle(completed(one, other, keep=0))
        for id in ids:
            with pytest.raises(JobNotFoundError):
                await store.reader().job(id)
        totals = (await store.history().stats(1)).totals["email"]
        assert totals["completed"] == 2
        await someone.lease.leave()

    async def test_each_job_may_be_kept_for_a_time_of_its_own(
        self, store: Store, plain: Plain, namespace: str
    ):
        await enqueue_many(store, [new_job() for _ in range(3)])
        someone = await runner(store)
        day, hour, nothing = await someone.claim(n=3)
        kept = {day: 86_400, hour: 3_600, nothing: 0}
        await someone.settle(merged(*(completed(job, keep=kept[job]) for job in kept)))
        keys = Keys(plain, namespace)
        ended, keeps = keys.zset("kept:completed:email"), keys.zset("keeps")
        assert ended.keys() == keeps.keys() == {"A1", "A2"}
        assert keeps["A1"] - ended["A1"] == 86_400_000
        assert keeps["A2"] - ended["A2"] == 3_600_000

    async def test_those_that_follow_the_rule_are_in_no_list_of_others(
        self, store: Store, plain: Plain, namespace: str
    ):
        await enqueue(store)
        someone = await runner(store)
        await someone.settle(completed(await someone.claim_one()))
        assert not {"keeps", "kept:completed:email"} & set(Keys(plain, namespace).names)

    async def test_the_count_is_kept_at_once_those_that_ended_first_go_first(self, store: Store):
        await enqueue_many(store, [new_job() for _ in range(5)])
        someone = await runner(store, at_most(3))
        held = await someone.claim(n=5)
        await someone.settle(completed(held[0], keep=86_400))
        await someone.settle(completed(*held[1:4]))
        await someone.settle(completed(held[4]))
        page = await store.listing().page(state=State.COMPLETED)
        assert sorted(job.id for job in page.jobs) == [1, 4, 5]

    async def test_the_count_holds_for_those_with_a_time_of_their_own_too(
        self, store: Store, leaves_nothing: None
    ):
        await enqueue_many(store, [new_job() for _ in range(6)])
        someone = await runner(store, at_most(3))
        held = await someone.claim(n=6)
        await someone.settle(completed(held[0]))
        for job in held[1:]:
            await someone.settle(completed(job, keep=FAR))
        page = await store.listing().page(state=State.COMPLETED)
        assert sorted(job.id for job in page.jobs) == [4, 5, 6]
        await store.operator().remove([4, 5, 6])
        await someone.lease.leave()

    async def test_counts_are_per_type_and_state(self, store: Store):
        await enqueue_many(store, [new_job(type) for type in "aabb"])
        someone = await runner(store, at_most(1))
        a, b = await someone.claim("a", 2), await someone.claim("b", 2)
        await someone.settle(completed(a[0]))
        await someone.settle(failed(a[1]))
        await someone.settle(completed(*b))
        kept = {info.type: (info.completed, info.failed) for info in await store.reader().types()}
        assert kept == {"a": (1, 1), "b": (1, 0)}


async def test_run_times_are_counted(store: Store):
    await enqueue_many(store, [new_job() for _ in range(4)])
    someone = await runner(store)
    held = await someone.claim(n=4)
    await someone.settle(completed(*held[:3], ms=20))
    await someone.settle(failed(held[3], ms=0))
    counted: Counter[str] = Counter()
    for minute in (await store.history().stats(2)).minutes:
        counted.update(minute.types.get("email", {}))
    wanted = {"completed": 3, "failed": 1, "ms": 20, "h3": 4}
    assert {name: counted[name] for name in wanted} == wanted


async def test_any_text_may_be_an_error_and_a_result(store: Store):
    await enqueue_many(store, [new_job() for _ in range(2)])
    someone = await runner(store)
    one, other = await someone.claim(n=2)
    await someone.settle(completed(one, body='"a\\nb 襷 \\u0000 {}"'))
    error = msgspec.structs.replace(ERROR, message="a\nb\0 襷 \udc80", traceback="x" * 60_000)
    await someone.settle(finished(other, state=State.FAILED, reason="x", body=encode_error(error)))
    job = await store.reader().job(one.id)
    assert job.result is not None
    assert msgspec.json.decode(job.result) == "a\nb 襷 \0 {}"
    job = await store.reader().job(other.id)
    assert job.error is not None
    assert job.error.message == "a\nb\0 襷 ?"
