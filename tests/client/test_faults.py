"""The store is away, slow, full or breaks off: an answer within 2 seconds, and nothing twice."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tasuki import Client, JobInfo, StoreFullError, StoreUnavailableError, connect
from tasuki.embedded import EmbeddedStore, running
from tasuki.model.errors import LayoutError
from tasuki.store.link.link import Link
from tasuki.store.store import Store
from tests.proxy import Proxy
from tests.support import eventually


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


async def waiting(store: Store) -> int:
    """How many jobs wait, asked past the proxy."""
    return sum(info.waiting for info in await store.reader().types())


# ---------------------------------------------------------------- between client and store


@pytest.mark.parametrize("key", [None, "k"], ids=["plain", "with a key"])
async def test_a_lost_reply_makes_no_second_job(
    store: Store, far_client: Client, proxy: Proxy, key: str | None
):
    await far_client.enqueue("email")
    proxy.drop_reply_once(b"FCALL")
    id = await far_client.enqueue("email", {"n": 1}, idempotency_key=key)
    assert (await far_client.get(id)).type == "email"
    assert await waiting(store) == 2
    assert proxy.count(b"FCALL") >= 3


async def test_a_lost_reply_for_many_callers_makes_no_second_jobs(
    store: Store, far_client: Client, proxy: Proxy
):
    proxy.drop_reply_once(b"FCALL")
    ids = await asyncio.gather(*(far_client.enqueue("email", n) for n in range(50)))
    assert len(set(ids)) == 50
    assert await waiting(store) == 50


async def test_a_broken_connection_is_made_anew(store: Store, far_client: Client, proxy: Proxy):
    await far_client.enqueue("email")
    proxy.cut()
    await far_client.enqueue("email")
    assert await waiting(store) == 2


async def test_a_refused_connection_is_an_error_at_once(
    store: Store, far_client: Client, proxy: Proxy
):
    proxy.refuse()
    with answered_within(0.5), pytest.raises(StoreUnavailableError, match="cannot be reached"):
        await far_client.enqueue("email")
    proxy.accept()
    await far_client.enqueue("email")


async def test_silence_is_an_error_within_2_seconds_for_all(
    store: Store, far_client: Client, proxy: Proxy
):
    await far_client.enqueue("email")
    proxy.black_hole()
    with answered_within(2):
        answers = await asyncio.gather(
            *(far_client.enqueue("email", n) for n in range(20)),
            far_client.enqueue_many([{"type": "email"}] * 1_000),
            far_client.counts(),
            far_client.get(1),
            return_exceptions=True,
        )
    assert {type(answer) for answer in answers} == {StoreUnavailableError}
    proxy.pass_on()
    assert await far_client.enqueue("email") > 0


async def test_what_waits_behind_a_silent_store_was_not_made(
    store: Store, far_client: Client, proxy: Proxy
):
    proxy.black_hole()
    await asyncio.gather(
        *(far_client.enqueue("email", n) for n in range(20)), return_exceptions=True
    )
    proxy.pass_on()
    await far_client.enqueue("email")
    # The call that got no reply may have arrived late; the ones behind it were never sent.
    assert await waiting(store) <= 2


# ------------------------------------------------------------------------------- the store


@pytest.fixture(scope="module")
def own_url() -> Iterator[str]:
    """A store to do things to."""
    with TemporaryDirectory(prefix="tasuki-") as name, running(Path(name) / "data") as url:
        yield url


@pytest.fixture
async def own(own_url: str) -> AsyncIterator[Link]:
    store = Store(own_url)
    yield store.shared
    await store.close()


@pytest.fixture
async def own_client(own_url: str) -> AsyncIterator[Client]:
    async with await connect(own_url) as client:
        yield client


async def test_a_store_that_hangs(own: Link, own_client: Client):
    await own_client.enqueue("email")
    [pid] = re.findall(rb"process_id:(\d+)", await own.command("INFO"))
    os.kill(int(pid), signal.SIGSTOP)
    try:
        with answered_within(2), pytest.raises(StoreUnavailableError, match="did not answer"):
            await own_client.enqueue("email")
        # A new connection is accepted by the kernel, and gets no answer either.
        with answered_within(2), pytest.raises(StoreUnavailableError, match="did not answer"):
            await own_client.enqueue("email")
    finally:
        os.kill(int(pid), signal.SIGCONT)
    await own_client.enqueue("email")


async def test_a_store_that_is_full(own: Link, own_client: Client):
    id = await own_client.enqueue("email")
    await own.command("CONFIG", "SET", "maxmemory", "1mb")
    try:
        with pytest.raises(StoreFullError, match="out of memory"):
            await own_client.enqueue("email")
        assert (await own_client.get(id)).id == id
    finally:
        await own.command("CONFIG", "SET", "maxmemory", 0)
    await own_client.enqueue("email")


async def test_a_store_that_has_lost_its_scripts(own: Link, own_client: Client):
    await own_client.enqueue("email")
    await own.command("SCRIPT", "FLUSH")
    await own_client.enqueue("email")


async def test_a_namespace_of_another_layout(own: Link, own_url: str):
    await own.command("SET", "{elsewhere:0}:layout", 99)
    async with await connect(own_url, namespace="elsewhere") as client:
        with pytest.raises(LayoutError, match="has layout 99"):
            await client.enqueue("email")


@pytest.fixture
async def embedded() -> AsyncIterator[EmbeddedStore]:
    with TemporaryDirectory(prefix="tasuki-") as name:
        async with EmbeddedStore(Path(name) / "data") as embedded:
            yield embedded


async def test_a_store_that_is_killed(embedded: EmbeddedStore):
    async with await connect(embedded.url) as client:
        id = await client.enqueue("email")
        os.kill(embedded.pid, signal.SIGKILL)
        for _ in range(2):
            with answered_within(2), pytest.raises(StoreUnavailableError):
                await client.enqueue("email")
        # It is started again, and nobody has to connect anew.
        watch = asyncio.create_task(embedded.run())
        job = await eventually(partial(_try, client, id))
        assert job is not None
        assert job.id == id
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


async def _try(client: Client, id: int) -> JobInfo | None:
    with suppress(StoreUnavailableError):
        return await client.get(id)
    return None
