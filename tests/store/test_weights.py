"""Of finished jobs with large data or results only so many bytes are kept."""

import msgspec
import pytest

from tasuki.model.retention import Keep, Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State, Verb
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    runner,
)
from tests.store.invariants import Keys
from tests.store.person import steer
from tests.support import Plain

LARGE = "x" * 9_998
"""10,000 bytes of JSON."""


def bounded(most: int) -> LeaseTerms:
    keep = Keep(FAR, bytes=most)
    return LeaseTerms(retention=Retention(completed=keep, failed=keep, cancelled=keep))


async def finish_one_by_one(store: Store, types: str) -> None:
    await enqueue_many(store, [new_job(type, LARGE) for type in types])
    someone = await runner(store)
    for n, type in enumerate(types):
        keep = FAR if n % 2 else None
        await someone.settle(completed(*await someone.claim(type), keep=keep))


async def prune(store: Store, most: int) -> None:
    while await store.maintenance(bounded(most)).prune():
        pass


async def test_those_that_ended_first_go_first_over_all_types(store: Store):
    await finish_one_by_one(store, "abcab")
    small = await enqueue(store, "a")
    someone = await runner(store)
    await someone.settle(completed(await someone.claim_one("a"), keep=FAR))
    await prune(store, 50_000)
    assert len(await store.reader().jobs(range(1, 7))) == 6
    await prune(store, 25_000)
    assert [job.id for job in await store.reader().jobs(range(1, 7))] == [4, 5, small]


async def test_each_state_has_its_own(store: Store, plain: Plain, namespace: str):
    await enqueue_many(store, [new_job("a", LARGE) for _ in range(3)])
    someone = await runner(store)
    first, second = await someone.claim("a", 2)
    await someone.settle(completed(first, keep=FAR))
    await someone.settle(failed(second, keep=FAR))
    await store.operator().cancel([3])
    assert Keys(plain, namespace).hash("bytes") == {
        "completed": "10000",
        "failed": "10000",
        "cancelled": "10000",
    }
    await prune(store, 10_000)
    assert len(await store.reader().jobs([1, 2, 3])) == 3


@pytest.mark.parametrize("verb", [Verb.RETRY, Verb.REMOVE])
async def test_what_is_not_finished_any_more_does_not_count(
    store: Store, plain: Plain, namespace: str, verb: Verb
):
    await finish_one_by_one(store, "a")
    await steer(store.operator(), verb, 1)
    assert Keys(plain, namespace).hash("bytes") == {}
    await prune(store, 0)
    assert len(await store.reader().jobs([1])) == (verb is Verb.RETRY)


async def test_small_jobs_are_in_none_of_the_lists(store: Store, plain: Plain, namespace: str):
    await enqueue_many(store, [new_job("a"), new_job("a", LARGE)])
    someone = await runner(store)
    await someone.settle(completed(await someone.claim_one("a"), keep=FAR))
    assert not Keys(plain, namespace).hash("weights")
    await prune(store, 0)
    [job, large] = await store.reader().jobs([1, 2])
    assert job.state is State.COMPLETED
    assert msgspec.json.decode(large.data) == LARGE


async def test_a_tick_does_so_too(store: Store):
    await finish_one_by_one(store, "ab")
    assert (await store.maintenance(bounded(10_000)).tick()).pruned == 1
    assert [job.id for job in await store.reader().jobs([1, 2])] == [2]
