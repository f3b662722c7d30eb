"""The server as a service: start, run, stop."""

import asyncio
import logging
from functools import partial

import uvicorn

from tasuki.client import Client
from tasuki.model.settings.server import ServerOptions
from tasuki.server.app import Services, build_app
from tasuki.server.events.hub import EventHub
from tasuki.server.http.connections import Connections, default_connections
from tasuki.server.http.patience import Patience
from tasuki.server.http.protocol import Protocol
from tasuki.server.http.tally import Tally
from tasuki.server.listen import open_port, url_of
from tasuki.store.health import Health, Trouble
from tasuki.store.store import Store
from tasuki.upkeep.upkeep import Upkeep

log = logging.getLogger("tasuki.server")

IDLE_SECONDS = 75
"""How long a connection without a request is kept."""


class Server:
    """Serves one namespace of a store over HTTP, and does the periodic work on it.

    It starts without the store as well, and answers 503 until the store is there. Signals are left
    to the caller. The store stays open when the server stops.
    """

    def __init__(
        self, options: ServerOptions, store: Store, trouble: Trouble = lambda: None
    ) -> None:
        self._options = options
        self._client = Client(
            store, data_limit=options.data_limit, retention=options.terms.retention
        )
        self._hub = EventHub(store.feed(), store.feed())
        self._patience = Patience()
        self._upkeep = Upkeep(
            store.maintenance(options.terms), store.listeners, types_limit=options.types_limit
        )
        self._health = Health(store, trouble)
        services = Services(self._client, self._health, self._hub, self._patience)
        app = build_app(services, options)
        most = options.connections or default_connections(options.reserve)
        self._tally = Tally()
        self._http = uvicorn.Server(
            uvicorn.Config(
                app,
                http=partial(Protocol, Connections(most), self._tally),  # pyright: ignore[reportArgumentType]
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=round(max(1, options.drain)),
            )
        )
        self._serving: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Where the server is, with the real port. Only once it has started."""
        if self._url is None:
            raise RuntimeError("the server has not started")
        return self._url

    @property
    def busy(self) -> int:
        """How many requests are being answered now, with those that wait and event streams."""
        return len(self._http.server_state.tasks)

    async def start(self) -> None:
        """Open the port and serve, in tasks of its own.

        Raises:
            SettingsError: the port or the address cannot be had; the message says what to do.
        """
        listener = open_port(self._options)
        self._url = url_of(listener)
        http = self._http
        http.config.load()
        http.lifespan = http.config.lifespan_class(http.config)
        await http.startup(sockets=[listener])
        self._serving = asyncio.create_task(http.main_loop(), name="tasuki-http")
        await self._upkeep.start()
        await self._health.start()
        log.info("listening on %s", self._url)

    async def run(self) -> None:
        """Wait until the server has been stopped. Cancelling this does not stop it.

        Raises:
            Exception: the loop of the HTTP server has failed.
        """
        if self._serving is not None:
            await asyncio.shield(self._serving)
        if self._http.should_exit:
            await self._over.wait()

    async def stop(self) -> None:
        """Take no new requests, finish those that are on their way, end the event streams."""
        serving, self._serving = self._serving, None
        if serving is None:
            return
        self._patience.end()
        await self._hub.stop()
        self._http.should_exit = True
        await serving
        await self._http.shutdown()
        self._tally.close()
        await self._health.stop()
        await self._upkeep.stop()
        await self._client.close()
        self._over.set()
        log.info("stopped")
