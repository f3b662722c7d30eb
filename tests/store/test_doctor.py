"""Broken shapes are found, named and repaired; the invariants at the end say whether that holds."""

import asyncio
import time

import pytest

from tasuki.model.state import State
from tasuki.store.doctor.doctor import Doctor
from tasuki.store.doctor.examination import COUNTED, PAGE, count_jobs
from tasuki.store.findings import Finding, Trouble
from tasuki.store.link.call import call
from tasuki.store.link.link import CALL_SECONDS, Link
from tasuki.store.link.scripts import script
from tasuki.store.messages.checks import Recounted, RecountRequest
from tasuki.store.store import Store
from tests.store.factory import FAR, completed, enqueue, enqueue_many, new_job, released, runner
from tests.store.invariants import broken, snapshot
from tests.store.shapes import SHAPES, Keys, Shape, in_use
from tests.support import Plain


@pytest.fixture
def doctor(store: Store) -> Doctor:
    return Doctor(store)


def labels(findings: list[Finding]) -> set[tuple[Trouble, int | str]]:
    """Each finding by its kind, and by its job or else its place, as the shapes name them."""
    found: set[tuple[Trouble, int | str]] = set()
    for kind, ids, text, place, _ in findings:
        assert text
        found |= {(kind, id) for id in ids} or {(kind, place)}
    return found


def same(found: set[tuple[Trouble, int | str]], wanted: set[tuple[Trouble, int | str]]) -> bool:
    """Whether these are the same; runners have random names, which the shapes leave out."""
    named = {(kind, what) for kind, what in wanted if what not in {"", "runner:"}}
    return named <= found and {kind for kind, _ in found} == {kind for kind, _ in wanted}


async def states(store: Store) -> dict[int, State]:
    return {job.id: job.state for job in await store.reader().jobs(range(1, 100))}


async def test_a_namespace_in_use_is_healthy(store: Store, doctor: Doctor):
    assert await doctor.examine() == []
    await in_use(store)
    assert await doctor.examine() == []
    await store.operator().pause("a")
    assert await doctor.examine() == []


async def test_examining_changes_nothing(
    store: Store, doctor: Doctor, plain: Plain, namespace: str
):
    await in_use(store)
    plain.hdel(store.keyspace.key("jobs"), "A1")
    before = snapshot(plain, namespace)
    findings = await doctor.examine()
    assert snapshot(plain, namespace) == before
    await doctor.repair(findings)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
async def test_a_broken_shape_is_named_and_mended(
    store: Store, doctor: Doctor, plain: Plain, namespace: str, shape: Shape
):
    someone = await in_use(store)
    before = await states(store)
    shape.plant(Keys(plain, store.keyspace.base, someone.id))
    findings = await doctor.examine()
    assert same(labels(findings), shape.found), findings
    assert await doctor.repair(findings) >= 1
    assert broken(plain, namespace) == []
    assert await doctor.examine() == []
    after = before | shape.after
    assert await states(store) == {id: state for id, state in after.items() if state}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
async def test_what_was_planted_is_broken_by_the_plain_check_too(
    store: Store, doctor: Doctor, plain: Plain, namespace: str, shape: Shape
):
    """So that neither the doctor nor the invariants of the tests can be blind alone."""
    someone = await in_use(store)
    shape.plant(Keys(plain, store.keyspace.base, someone.id))
    harmless = {Trouble.NO_BELL, Trouble.UNREAPED, Trouble.UNKNOWN_TYPE, Trouble.UNREADABLE}
    if not {kind for kind, _ in shape.found} & harmless:
        assert broken(plain, namespace) != []
    await doctor.repair(await doctor.examine())


async def test_everything_at_once(store: Store, doctor: Doctor, plain: Plain, namespace: str):
    someone = await in_use(store)
    keys = Keys(plain, store.keyspace.base, someone.id)
    for shape in SHAPES:
        if shape.found <= {(Trouble.ORPHAN, 99)} or shape.after.keys() & {1, 2, 5}:
            shape.plant(keys)
    while findings := await doctor.examine():
        assert await doctor.repair(findings) > 0
    assert broken(plain, namespace) == []


async def test_a_mended_job_runs(store: Store, doctor: Doctor, plain: Plain):
    ids = await enqueue_many(store, [new_job(priority=p) for p in (3, 1, 2)])
    plain.delete(store.keyspace.key("wait:email"))
    await doctor.repair(await doctor.examine())
    claimed = await (await runner(store)).claim(n=3)
    assert [held.id for held in claimed] == [ids[1], ids[2], ids[0]]


async def test_a_job_of_an_unknown_runner_can_no_longer_be_settled_by_it(
    store: Store, doctor: Doctor, plain: Plain
):
    someone = await in_use(store)
    plain.zrem(store.keyspace.key("runners"), someone.id)
    await doctor.repair(await doctor.examine())
    other = await runner(store)
    held = await other.claim_one("a")
    assert held.id == 3
    assert await other.settle(completed(held)) == []


async def test_what_is_right_by_now_is_left_alone(
    store: Store, doctor: Doctor, plain: Plain, namespace: str
):
    """The namespace is in use: between examination and repair things have moved on."""
    someone = await in_use(store)
    key = store.keyspace.key
    kept = plain.hget(key("jobs"), "A2")
    plain.zrem(key("wait:a"), "A1")
    plain.hdel(key("jobs"), "A2")
    plain.zadd(key("wait:a"), {"A3": 0})
    end = plain.hget(key("ends"), "A4")
    plain.hdel(key("ends"), "A4")
    plain.hset(key("tries"), "B99", "1 0\n")
    plain.zrem(key("expires"), "A1")
    plain.set(key("seq"), 1)
    plain.delete(key("bell:a"))
    score = plain.zscore(key("runners"), someone.id)
    plain.zadd(key("runners"), {someone.id: 1})
    findings = await doctor.examine()
    assert len({found.kind for found in findings}) >= 8

    plain.zadd(key("runners"), {someone.id: score})
    plain.zadd(key("wait:a"), {"A1": 9})
    plain.hset(key("jobs"), "A2", kept)
    plain.zrem(key("wait:a"), "A3")
    plain.hset(key("ends"), "A4", end)
    plain.hdel(key("tries"), "B99")
    moment = float(plain.hget(key("jobs"), "A1").split(" ")[1])
    plain.zadd(key("expires"), {"A1": moment})
    plain.set(key("seq"), 8)
    plain.rpush(key("bell:a"), "1")
    before = snapshot(plain, namespace, without=("clock",))
    assert await doctor.repair(findings) == 0
    assert snapshot(plain, namespace, without=("clock",)) == before


async def test_nothing_is_found_while_everything_moves(store: Store, doctor: Doctor):
    """Jobs come, run, fail and go all the time; none of it may look like a broken shape."""
    await enqueue_many(store, [new_job("still") for _ in range(500)])
    await store.operator().pause("still")
    stop = asyncio.Event()

    async def work() -> int:
        rounds = 0
        while not stop.is_set():
            someone = await runner(store)
            await enqueue_many(store, [new_job("a", expires=FAR), new_job("a", delay=FAR)])
            held = await someone.claim("a", 5)
            if len(held) > 1:
                await someone.settle(released(held.pop()))
            if held:
                await someone.settle(completed(*held, keep=0))
            await someone.lease.leave()
            rounds += 1
        return rounds

    workers = [asyncio.create_task(work()) for _ in range(3)]
    try:
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            assert await doctor.examine() == []
    finally:
        stop.set()
        assert min(await asyncio.gather(*workers)) > 5


async def test_progress_is_told_and_little_is_looked_at_at_once(store: Store, doctor: Doctor):
    """So that a store in use is never kept from its work for long."""
    for _ in range(3):
        await enqueue_many(store, [new_job() for _ in range(1_000)])
    calls: list[tuple[int, int]] = []
    assert await doctor.examine(lambda done, total: calls.append((done, total))) == []
    assert calls == sorted(calls)
    assert calls[-1] == (3_000, 3_000)
    steps = [one[0] - other[0] for one, other in zip(calls[1:], calls, strict=False)]
    assert max(steps) < 2 * PAGE


class TestLayout:
    async def test_one_that_was_lost_is_written_down_again(
        self, store: Store, doctor: Doctor, plain: Plain
    ):
        await in_use(store)
        plain.delete(store.keyspace.key("layout"))
        [found] = await doctor.examine()
        assert found.kind is Trouble.LAYOUT
        assert await doctor.repair([found]) == 1
        assert await doctor.examine() == []

    async def test_one_of_another_version_is_left_alone(
        self, store: Store, doctor: Doctor, plain: Plain
    ):
        await in_use(store)
        plain.set(store.keyspace.key("layout"), "9")
        findings = await doctor.examine()
        assert [found.kind for found in findings] == [Trouble.LAYOUT]
        assert await doctor.repair(findings) == 0
        assert plain.get(store.keyspace.key("layout")) == "9"


class TestManyScheduled:
    """More than one call counts."""

    @pytest.fixture
    async def wrong(self, store: Store, plain: Plain) -> None:
        for _ in range(COUNTED // 1_000 + 1):
            await enqueue_many(store, [new_job("a", delay=FAR) for _ in range(1_000)])
        plain.hincrby(store.keyspace.key("counts"), "scheduled:a", 5)

    async def test_counters_are_set_right_when_nothing_moves(
        self, store: Store, doctor: Doctor, wrong: None
    ):
        findings = await doctor.examine()
        assert [found.kind for found in findings] == [Trouble.COUNTS]
        scheduled = (COUNTED // 1_000 + 1) * 1_000
        assert f"scheduled:a is {scheduled + 5}, not {scheduled}" in findings[0].text
        assert await doctor.repair(findings) == 1

    async def test_a_count_that_is_out_of_date_changes_nothing(
        self, store: Store, plain: Plain, wrong: None
    ):
        count = await count_jobs(store.shared)
        assert count is not None
        assert len(count.wrong) == 1
        await enqueue(store, "a", delay=FAR)
        request = RecountRequest(limit=COUNTED, as_of=count.as_of, tally=count.tally)
        assert await call(store.shared, request) == Recounted(changed=0, done=False)
        plain.hincrby(store.keyspace.key("counts"), "scheduled:a", -5)

    async def test_nothing_is_said_when_jobs_move_faster_than_they_are_counted(
        self, store: Store, plain: Plain, wrong: None
    ):
        class Restless(Link):
            async def run(
                self, name: str, request: bytes, *, seconds: float = CALL_SECONDS
            ) -> bytes:
                reply = await super().run(name, request, seconds=seconds)
                await enqueue(store, "b")
                return reply

        link = Restless(store.address, store.keyspace, "restless")
        try:
            assert await count_jobs(link) is None
        finally:
            await link.close()
        plain.hincrby(store.keyspace.key("counts"), "scheduled:a", -5)


async def test_what_other_versions_have_loaded_is_deleted(store: Store, plain: Plain):
    await enqueue(store)
    of_another = "tasuki_enqueue_0123456789ab"
    for name in (of_another, "theirs"):
        body = f"redis.register_function('{name}', function() return 1 end)"
        plain.function_load(f"#!lua name={name}\n{body}")
    try:
        assert await Doctor(store).forget_old_functions() == 1
        listed = str(plain.function_list())
        assert of_another not in listed
        assert "theirs" in listed
        assert script("enqueue").function in listed
    finally:
        plain.function_delete("theirs")
