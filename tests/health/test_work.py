"""That jobs wait and nobody claims them is noticed, and why."""

import pytest

from tasuki.client import Client
from tasuki.store.health.work import UNCLAIMED_SECONDS, Standstill, WorkWatch, standstill
from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.probe import Backlog
from tasuki.store.store import Store
from tests.support import Plain

HALF = UNCLAIMED_SECONDS / 2 + 0.1


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(store: Store, clock: Clock) -> WorkWatch:
    return WorkWatch(store.probe(), clock)


def claimed_now(plain: Plain, store: Store, type: str, seconds_ago: float = 0) -> None:
    """Plant when a job of the type was last claimed."""
    seconds, micros = plain.time()
    at = round((seconds - seconds_ago) * 1_000 + micros / 1_000)
    plain.hset(store.keyspace.key("claimed"), type, at)


async def register(store: Store, *types: str, **fields: str) -> None:
    known = {"types": "\n".join(types), "slots": "10", **fields}
    await store.lease().register(known, [(type, '{"concurrency":10}') for type in types])


async def test_jobs_that_nobody_handles_are_told_after_three_polls(
    watch: WorkWatch, clock: Clock, client: Client
):
    await client.enqueue("email")
    assert await watch.look() is None
    clock.now += HALF
    assert await watch.look() is None
    clock.now += HALF
    found = await watch.look()
    assert found == Standstill("no_runner", "jobs of email wait, and no runner handles them")
    await client.enqueue("fax")
    clock.now += 2 * HALF
    assert await watch.look() is not None
    clock.now += 2 * HALF
    both = await watch.look()
    assert both is not None
    assert both.cause.endswith(", and 1 more types stand still")


async def test_claims_that_go_on_are_enough(
    watch: WorkWatch, clock: Clock, client: Client, store: Store, plain: Plain
):
    await client.enqueue("email")
    await register(store, "email")
    for _ in range(4):
        claimed_now(plain, store, "email")
        assert await watch.look() is None
        clock.now += UNCLAIMED_SECONDS
    claimed_now(plain, store, "email", seconds_ago=UNCLAIMED_SECONDS + 1)
    found = await watch.look()
    assert found == Standstill("no_claims", "jobs of email wait, and its runners do not claim them")


async def test_what_is_paused_or_does_not_wait_is_no_standstill(
    watch: WorkWatch, clock: Clock, client: Client, store: Store
):
    await store.operator().pause("email")
    await client.enqueue("email")
    await client.enqueue("later", delay=3_600)
    for _ in range(3):
        assert await watch.look() is None
        clock.now += HALF
    await store.operator().resume("email")
    assert await watch.look() is None
    clock.now += 2 * HALF
    assert await watch.look() is not None
    await store.operator().pause("email")
    assert await watch.look() is None


async def test_of_very_many_types_all_are_looked_at_in_turn(
    watch: WorkWatch, clock: Clock, client: Client, store: Store, plain: Plain
):
    idle = {f"type {n}": "" for n in range(6_000)}
    plain.hset(store.keyspace.key("types"), mapping=idle)
    await client.enqueue("email")
    found = None
    for _ in range(10):
        found = await watch.look()
        clock.now += HALF
    assert found is not None


def backlog(active: int, concurrency: int | None = 10) -> Backlog:
    return Backlog("email", 5, active, None, concurrency)


def runner(*types: str, **fields: str) -> RunnerInfo:
    return RunnerInfo(
        id="r", lease_left=9, active=0, started_at=None, types=list(types), fields=fields
    )


@pytest.mark.parametrize(
    ("waiting", "runners", "code"),
    [
        (backlog(0), [], "no_runner"),
        (backlog(0), [runner("fax")], "no_runner"),
        (backlog(0), [runner("email", stopping="1")], "no_runner"),
        (backlog(0), [runner("email")], "no_claims"),
        (backlog(9), [runner("fax"), runner("email")], "no_claims"),
        (backlog(10), [runner("email"), runner("email")], "no_claims"),
        (backlog(10), [runner("email")], None),
        (backlog(10), [runner("email"), runner("email", stopping="1")], None),
        (backlog(20), [runner("email"), runner("email")], None),
        (backlog(10), [runner("email", stuck="9")], None),
        (backlog(10), [runner("email", stuck="10")], "stuck"),
        (backlog(20), [runner("email", stuck="10"), runner("email", stuck="3")], None),
        (backlog(20), [runner("email", stuck="10"), runner("email", stuck="10")], "stuck"),
        (backlog(1, concurrency=None), [runner("email")], None),
        (backlog(0, concurrency=None), [runner("email")], "no_claims"),
        (backlog(10), [runner("email", stuck="many")], None),
    ],
)
def test_the_cause_is_told(waiting: Backlog, runners: list[RunnerInfo], code: str | None):
    found = standstill(waiting, runners)
    assert (found.code if found else None) == code
