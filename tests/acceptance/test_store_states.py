"""Stores in the states that stores get into: at the start of each of their users, and later.

Every user waits for the end of the state or says what it is, and works again without a restart.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import tasuki
from tasuki.model.errors import StoreError
from tasuki.model.state import State
from tasuki.server import Server, ServerOptions
from tasuki.store.store import Store
from tests.server.own_store import OwnStore, own_store
from tests.store_states import STATES, StoreState
from tests.support import eventually
from tests.workers.daemon.host import Host

pytestmark = pytest.mark.acceptance
NEW = {"type": "act", "data": {"do": "nothing"}}
BACK_SECONDS = 15.0

in_each_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


@pytest.fixture
def own() -> Iterator[OwnStore]:
    with own_store() as store:
        yield store


@asynccontextmanager
async def served(own: OwnStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an HTTP server on the store."""
    store = Store(own.url)
    server = Server(ServerOptions(port=0), store)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        yield client
    await server.stop()
    await store.close()


async def refuses(http: httpx.AsyncClient, code: str) -> bool:
    """Whether the server refuses a job, for this reason."""
    answer = await http.post("/api/v1/jobs", json=NEW)
    return answer.status_code == 503 and answer.json()["code"] == code


async def takes(http: httpx.AsyncClient) -> bool:
    """Whether the server takes a job, and says that it does."""
    ready = await http.get("/health/ready")
    return ready.is_success and (await http.post("/api/v1/jobs", json=NEW)).is_success


@in_each_state
async def test_a_server_that_starts_meanwhile(own: OwnStore, state: StoreState):
    with state.during(own):
        async with served(own) as http:
            await eventually(lambda: refuses(http, state.code))
    async with served(own) as http:
        await eventually(lambda: takes(http), BACK_SECONDS)


@in_each_state
async def test_a_server_that_is_running(own: OwnStore, state: StoreState):
    async with served(own) as http:
        assert (await http.post("/api/v1/jobs", json=NEW)).is_success
        with state.during(own):
            await eventually(lambda: refuses(http, state.code))
        await eventually(lambda: takes(http), BACK_SECONDS)


@in_each_state
async def test_a_client_that_connects_meanwhile_is_told_that_it_may_pass(
    own: OwnStore, state: StoreState
):
    with state.during(own), pytest.raises(StoreError) as refused:
        async with await tasuki.connect(own.url) as client:
            await client.enqueue("act")
    assert (refused.value.code, refused.value.transient) == (state.code, True)
    await eventually(lambda: connects(own), BACK_SECONDS)


async def connects(own: OwnStore) -> bool:
    try:
        async with await tasuki.connect(own.url) as client:
            return await client.enqueue("act") > 0
    except StoreError as error:
        if not error.transient:
            raise
        return False


@in_each_state
async def test_a_client_that_is_connected(own: OwnStore, state: StoreState):
    async with await tasuki.connect(own.url) as client:
        assert await client.enqueue("act") == 1

        async def told() -> str | None:
            try:
                await client.enqueue("act")
            except StoreError as error:
                if not error.transient:
                    raise
                return error.code
            return None

        async def code_is_told() -> bool:
            return await told() == state.code

        async def works() -> bool:
            return await told() is None

        with state.during(own):
            await eventually(code_is_told)
        await eventually(works, BACK_SECONDS)


@in_each_state
async def test_a_runner_that_is_running(own: OwnStore, state: StoreState, tmp_path: Path):
    store = Store(own.url)
    host = Host(store, own.url, "tasuki", tmp_path)
    async with host.running(host.options()):
        [pid] = set((await host.pids()).values())
        with state.during(own):
            # Longer than a heartbeat and a claim that waits.
            async with served(own) as http:
                await eventually(lambda: refuses(http, state.code))
        await eventually(lambda: connects(own), BACK_SECONDS)
        async with await tasuki.connect(own.url) as client:
            id = await client.enqueue("act", {"do": "nothing"})
            job = await client.wait(id, BACK_SECONDS)
        assert job.state is State.COMPLETED
        assert pid in set((await host.pids()).values())
    await store.close()
