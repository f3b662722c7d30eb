"""What a verb on many jobs costs hangs on the number of types and places, not of jobs."""

from collections.abc import Awaitable, Callable

import pytest

from tasuki.store.acts.updates import CHUNK
from tasuki.store.producer import Submission
from tasuki.store.store import Store
from tests.store.commands import counter
from tests.store.factory import FAR, completed, enqueue_many, new_job, noted, runner
from tests.support import Plain

FEW, MANY = 20, CHUNK


async def cancel(store: Store, ids: list[int]) -> None:
    await store.operator().cancel(ids)


async def remove(store: Store, ids: list[int]) -> None:
    await store.operator().remove(ids)


async def retry(store: Store, ids: list[int]) -> None:
    await store.operator().cancel(ids)
    await store.operator().retry(ids)


async def promote(store: Store, ids: list[int]) -> None:
    await store.operator().promote(ids)


@pytest.mark.parametrize("act", [cancel, remove, retry, promote], ids=lambda act: act.__name__)
async def test_of_waiting_and_scheduled_jobs(
    store: Store, plain: Plain, act: Callable[[Store, list[int]], Awaitable[None]]
):
    async def cost(n: int) -> int:
        jobs = [
            new_job("ab"[i % 2], delay=FAR if i % 4 > 1 else None, expires=FAR) for i in range(n)
        ]
        ids = await enqueue_many(store, jobs)
        ran = counter(plain)
        await act(store, ids)
        return ran()

    await cost(FEW)
    assert await cost(MANY) == await cost(FEW)


async def test_of_500_cancels(store: Store, plain: Plain):
    """They go in a few calls."""

    async def cost(n: int) -> int:
        ids = await enqueue_many(store, [new_job("ab"[i % 2], expires=FAR) for i in range(n)])
        ran = counter(plain)
        await store.operator().cancel(ids)
        return ran()

    await cost(FEW)
    assert await cost(500) <= 500 // CHUNK * await cost(FEW)


async def test_of_active_jobs(store: Store, plain: Plain):
    async def cost(n: int) -> int:
        await enqueue_many(store, [new_job() for _ in range(n)])
        someone = await runner(store)
        ids = [held.id for held in await someone.claim(n=n)]
        ran = counter(plain)
        await store.operator().cancel(ids)
        cost = ran()
        await someone.lease.leave()
        return cost

    await cost(FEW)
    assert await cost(MANY) == await cost(FEW)


async def test_of_finished_jobs_with_logs(store: Store, plain: Plain):
    async def cost(n: int) -> int:
        await enqueue_many(store, [new_job() for _ in range(n)])
        someone = await runner(store)
        held = await someone.claim(n=n)
        for job in held:
            await someone.settle(noted(job, lines=["a line"]))
        await someone.settle(completed(*held))
        await someone.lease.leave()
        ran = counter(plain)
        await store.operator().remove([job.id for job in held])
        return ran()

    await cost(FEW)
    assert await cost(100) == await cost(FEW)


async def test_of_jobs_that_expire(store: Store, plain: Plain):
    async def cost(n: int) -> int:
        await enqueue_many(store, [new_job("ab"[i % 2], expires=0) for i in range(n)])
        ran = counter(plain)
        assert await store.maintenance().expire() == n
        return ran()

    await cost(FEW)
    assert await cost(200) == await cost(FEW)


async def test_one_plain_job_is_not_laid_out_in_columns(store: Store, plain: Plain):
    producer = store.producer()

    async def cost(expires: float | None) -> int:
        ran = counter(plain)
        await producer.enqueue([Submission([new_job(expires=expires)])])
        return ran()

    for expires in (None, FAR):
        await cost(expires)
    # Besides the place where it stands to expire: how many types there are.
    assert await cost(None) == await cost(FAR) - 2
