import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tasuki import (
    Client,
    InvalidError,
    JobFailedError,
    JobNotFoundError,
    StoreUnavailableError,
    WaitTimeoutError,
)
from tasuki.client.blocking import watching
from tasuki.client.blocking.watching import Watching
from tasuki.client.waiting import Waiting
from tasuki.model.errors import (
    LayoutError,
    StoreError,
    StoreReadOnlyError,
    StoreRefusedError,
)
from tasuki.model.state import State
from tasuki.store.address import Address
from tasuki.store.feed import Feed
from tasuki.store.link.link import Link
from tasuki.store.link.scripts import script
from tasuki.store.looks.reader import Reader
from tasuki.store.store import Store
from tests.proxy import Proxy
from tests.store.factory import Runner, cancelled, completed, failed, retried, runner
from tests.support import eventually

INSPECT = script("inspect").digest.encode()


@pytest.fixture
async def worker(store: Store) -> Runner:
    return await runner(store)


@pytest.fixture
async def waiting(store: Store) -> AsyncIterator[Waiting]:
    """Relies on events alone: it looks at jobs only when it has heard of them."""
    waiting = Waiting(store.reader(), store.feed(), look_seconds=1_000)
    yield waiting
    await waiting.close()


async def reading(store: Store) -> None:
    """Wait until the reader of events is blocked in a read."""

    async def blocked() -> bool:
        clients = await store.shared.command("CLIENT", "LIST")
        return any(b"tasuki-feed" in line and b"cmd=xread" in line for line in clients.split(b"\n"))

    await eventually(blocked)


async def test_an_end_is_told_at_once(
    waiting: Waiting, client: Client, worker: Runner, store: Store
):
    id = await client.enqueue("email")
    held = await worker.claim_one()
    waits = asyncio.create_task(waiting.ended(id))
    await reading(store)
    await worker.settle(completed(held))
    info = await asyncio.wait_for(waits, 5)
    assert (info.id, info.state) == (id, State.COMPLETED)


async def test_a_job_that_has_ended_already_is_given_at_once(client: Client, worker: Runner):
    id = await client.enqueue("email")
    await worker.settle(completed(await worker.claim_one()))
    assert (await client.wait(id)).state is State.COMPLETED
    assert (await client.wait(id, timeout=0)).state is State.COMPLETED


async def test_result_gives_what_the_worker_returned(client: Client, worker: Runner):
    id = await client.enqueue("email")
    await worker.settle(completed(await worker.claim_one(), body='{"sent":[1,2]}'))
    assert await client.result(id) == {"sent": [1, 2]}


async def test_result_of_a_job_that_failed(client: Client, worker: Runner):
    id = await client.enqueue("email")
    await worker.settle(failed(await worker.claim_one()))
    with pytest.raises(JobFailedError, match=f"job {id} failed: ValueError: it broke"):
        await client.result(id)


async def test_result_of_a_job_that_was_cancelled(client: Client, worker: Runner):
    id = await client.enqueue("email")
    waits = asyncio.create_task(client.result(id, 10))
    await client.cancel(id)
    with pytest.raises(JobFailedError, match=f"job {id} was cancelled"):
        await waits
    id = await client.enqueue("email")
    await worker.settle(cancelled(await worker.claim_one()))
    with pytest.raises(JobFailedError, match=f"job {id} was cancelled"):
        await client.result(id)


async def test_a_retry_is_no_end(client: Client, worker: Runner):
    id = await client.enqueue("email")
    waits = asyncio.create_task(client.wait(id, 10))
    await worker.settle(retried(await worker.claim_one(), delay=0.001))
    [held] = await eventually(worker.claim)
    assert not waits.done()
    await worker.settle(completed(held))
    assert (await waits).attempts.made == 2


async def test_the_time_that_is_allowed_passes(client: Client):
    id = await client.enqueue("email")
    with pytest.raises(WaitTimeoutError, match=f"job {id} has not ended within 0.05 s"):
        await client.wait(id, 0.05)
    with pytest.raises(WaitTimeoutError, match=f"job {id} is waiting"):
        await client.wait(id, timeout=0)
    assert (await client.get(id)).state is State.WAITING


@pytest.mark.parametrize("timeout", [-1, "1", float("nan"), True], ids=repr)
async def test_a_timeout_is_a_number_of_seconds(client: Client, timeout: Any):
    with pytest.raises(InvalidError) as caught:
        await client.wait(1, timeout)
    assert caught.value.field == "timeout"


async def test_a_job_that_is_not_kept_cannot_be_given(
    waiting: Waiting, client: Client, worker: Runner, store: Store
):
    id = await client.enqueue("email", keep=0)
    held = await worker.claim_one()
    waits = asyncio.create_task(waiting.ended(id))
    await reading(store)
    await worker.settle(completed(held, keep=0))
    with pytest.raises(JobNotFoundError, match="not kept when it ends"):
        await asyncio.wait_for(waits, 5)


async def test_a_job_that_is_removed_meanwhile(waiting: Waiting, client: Client, store: Store):
    id = await client.enqueue("email")
    waits = asyncio.create_task(waiting.ended(id))
    await reading(store)
    await client.remove(id)
    with pytest.raises(JobNotFoundError, match="it was removed"):
        await asyncio.wait_for(waits, 5)


async def test_all_who_wait_share_one_reader_and_its_calls(
    proxy: Proxy, far_client: Client, worker: Runner
):
    ids = await far_client.enqueue_many([{"type": "email"}] * 300)
    proxy.requests.clear()
    waits = [asyncio.create_task(far_client.wait(id, 10)) for id in ids]
    twice = asyncio.create_task(far_client.wait(ids[0], 10))
    await eventually(lambda: proxy.count(b"XREAD"))
    await worker.settle(completed(*await worker.claim(n=300)))
    infos = await asyncio.gather(*waits, twice)
    assert [info.id for info in infos] == [*ids, ids[0]]
    assert proxy.count(b"XREVRANGE") == 1
    # At the start, when the reader had its place, and after the end, and how they ended; two calls
    # each for 300 jobs.
    assert proxy.count(INSPECT) <= 8


async def test_one_who_leaves_does_not_disturb_the_others(client: Client, worker: Runner):
    id = await client.enqueue("email")
    stays, leaves = (asyncio.create_task(client.wait(id, 10)) for _ in range(2))
    with pytest.raises(WaitTimeoutError):
        await client.wait(id, 0.01)
    leaves.cancel()
    await worker.settle(completed(await worker.claim_one()))
    assert (await stays).state is State.COMPLETED
    assert leaves.cancelled()


@asynccontextmanager
async def waiting_behind(proxy: Proxy, store: Store, look_seconds: float) -> AsyncIterator[Waiting]:
    """Looks at jobs directly, but hears of events through the proxy."""
    link = Link(Address(proxy.url), store.keyspace, "far")
    waiting = Waiting(store.reader(), Feed(link), look_seconds=look_seconds)
    yield waiting
    await waiting.close()
    await link.close()


async def test_lost_events_only_delay(client: Client, worker: Runner, store: Store, proxy: Proxy):
    proxy.black_hole()
    async with waiting_behind(proxy, store, look_seconds=0.1) as waiting:
        id = await client.enqueue("email")
        waits = asyncio.create_task(waiting.ended(id))
        await eventually(lambda: proxy.count(b"tasuki-far"))
        await worker.settle(completed(await worker.claim_one()))
        assert (await asyncio.wait_for(waits, 5)).state is State.COMPLETED


async def test_an_end_before_the_first_event_is_seen_too(
    client: Client, worker: Runner, store: Store, proxy: Proxy
):
    proxy.black_hole()
    async with waiting_behind(proxy, store, look_seconds=1_000) as waiting:
        id = await client.enqueue("email")
        waits = asyncio.create_task(waiting.ended(id))
        await eventually(lambda: proxy.count(b"tasuki-far"))
        await worker.settle(completed(await worker.claim_one()))
        proxy.pass_on()
        assert (await asyncio.wait_for(waits, 5)).state is State.COMPLETED


async def test_what_happens_while_the_reader_is_cut_off_is_heard_later(
    client: Client, worker: Runner, store: Store, proxy: Proxy
):
    async with waiting_behind(proxy, store, look_seconds=1_000) as waiting:
        id = await client.enqueue("email")
        waits = asyncio.create_task(waiting.ended(id))
        await eventually(lambda: proxy.count(b"XREAD"))
        proxy.refuse()
        await worker.settle(completed(await worker.claim_one()))
        proxy.accept()
        assert (await asyncio.wait_for(waits, 5)).state is State.COMPLETED


async def test_a_store_that_is_away_for_a_while_only_delays(
    far_client: Client, proxy: Proxy, worker: Runner
):
    id = await far_client.enqueue("email")
    held = await worker.claim_one()
    waits = asyncio.create_task(far_client.wait(id, 10))
    await eventually(lambda: proxy.count(b"XREAD"))
    proxy.refuse()
    await worker.settle(completed(held))
    with pytest.raises(StoreUnavailableError):
        await far_client.get(id)
    assert not waits.done()
    proxy.accept()
    assert (await waits).state is State.COMPLETED


async def test_a_store_that_is_away_at_the_start_is_an_error(far_client: Client, proxy: Proxy):
    proxy.refuse()
    with pytest.raises(StoreUnavailableError):
        await far_client.wait(1, 10)


async def test_who_waits_is_told_when_the_client_closes(client: Client, store: Store):
    waits = asyncio.create_task(client.wait(await client.enqueue("email")))
    await reading(store)
    await client.close()
    with pytest.raises(StoreUnavailableError, match="client was closed"):
        await asyncio.wait_for(waits, 5)


class Troubled(Reader):
    """Tells the state of jobs once, then raises an error, and then tells it again."""

    error: StoreError
    looks = 0

    async def states(self, ids: Sequence[int]) -> dict[int, State]:
        self.looks += bool(ids)
        if self.looks == 2:
            raise self.error
        return await super().states(ids)


@pytest.fixture
def troubled(store: Store) -> Troubled:
    return Troubled(store.shared, store.large())


@pytest.fixture(params=["by tasks", "by hand"])
async def waiter(
    request: pytest.FixtureRequest,
    store: Store,
    troubled: Troubled,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Waiting | Watching]:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(watching, "RETRY_SECONDS", 0.05)
    if request.param == "by tasks":
        waiter = Waiting(troubled, store.feed(), look_seconds=0.05)
    else:
        waiter = Watching(store.shared, troubled, store.feed())
    yield waiter
    await waiter.close()


@pytest.mark.parametrize("kind", [StoreUnavailableError, StoreRefusedError, StoreReadOnlyError])
async def test_what_may_pass_is_waited_for(
    kind: type[StoreError], waiter: Waiting | Watching, troubled: Troubled, client: Client
):
    troubled.error = kind("not now")
    id = await client.enqueue("email")
    waits = asyncio.create_task(waiter.ended(id))
    await eventually(lambda: troubled.looks > 2)
    await client.cancel(id)
    assert (await asyncio.wait_for(waits, 10)).state is State.CANCELLED


@pytest.mark.parametrize("kind", [StoreError, LayoutError])
async def test_what_stays_is_raised(
    kind: type[StoreError], waiter: Waiting | Watching, troubled: Troubled, client: Client
):
    troubled.error = kind("never")
    id = await client.enqueue("email")
    with pytest.raises(kind, match="never"):
        await asyncio.wait_for(waiter.ended(id), 10)
