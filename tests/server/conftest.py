"""An application without a socket for most tests, and a whole server for the rest."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.server import Server, ServerOptions
from tasuki.server.app import Services, build_app
from tasuki.server.events.hub import EventHub
from tasuki.server.http.patience import Patience
from tasuki.store.health import Health
from tasuki.store.store import Store
from tests.server.own_store import OwnStore, own_store


@pytest.fixture
def options() -> ServerOptions:
    """Tests that want others override this fixture by a parameter or in their module."""
    return ServerOptions(port=0)


@pytest.fixture
async def services(store: Store) -> AsyncIterator[Services]:
    client = Client(store)
    hub = EventHub(store.feed(), store.feed())
    yield Services(client, Health(store), hub, Patience())
    await hub.stop()
    await client.close()


@pytest.fixture
def app(services: Services, options: ServerOptions) -> ASGIApp:
    return build_app(services, options)


@pytest.fixture
async def http(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which raises what the application raises."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as client:
        yield client


@pytest.fixture
async def server(store: Store, options: ServerOptions) -> AsyncIterator[Server]:
    server = Server(options, store)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def wire(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole server, over a socket."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        yield client


@pytest.fixture
def own() -> Iterator[OwnStore]:
    """A store for one test alone, which may be killed, frozen and filled."""
    with own_store() as store:
        yield store


@pytest.fixture
async def own_server(own: OwnStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on the test's own store."""
    store = Store(own.url)
    server = Server(ServerOptions(port=0), store)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        yield client
    await server.stop()
    await store.close()
