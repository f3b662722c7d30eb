"""Puts the long-running commands together: which services, with what, in which order."""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from tasuki.cli.banner import announce
from tasuki.cli.logs import configure
from tasuki.cli.services import Orders, Part, serve
from tasuki.cli.settings import Settings
from tasuki.embedded import Died, EmbeddedStore, StartFailed, StoreEvent
from tasuki.server import Server, ServerOptions
from tasuki.store.store import Store
from tasuki.worker.daemon import Daemon, DaemonOptions
from tasuki.worker.protocol import RunnerConfig

log = logging.getLogger("tasuki.store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run: the HTTP server, or the daemon for an app, or both."""

    server: bool = False
    app: str | None = None
    reload: bool = False


async def launch(settings: Settings, plan: Plan) -> None:
    """Run everything until a signal says that it is enough.

    Without a URL the store of the data directory is part of it: started here, or shared with the
    processes that use it already. The last of them stops it.

    Raises:
        TasukiError: something could not be started, or ended by itself.
    """
    configure(settings.log)
    orders = Orders()
    embedded = None if settings.url else _embedded(settings)
    url = embedded.url if embedded else str(settings.url)
    store = Store(url, namespace=settings.namespace)
    server = Server(_server_options(settings), store) if plan.server else None
    daemon = Daemon(_daemon_options(settings, url, plan.app, plan.reload)) if plan.app else None
    parts = [
        Part(name, service)
        for name, service in (
            ("the store", embedded),
            ("the HTTP server", server),
            ("the daemon", daemon),
        )
        if service is not None
    ]

    async def when_up() -> None:
        await announce(settings, store, embedded=embedded, server=server, app=plan.app)

    with orders.listening():
        try:
            await serve(parts, orders, when_up)
        finally:
            await store.close()
    log.info("stopped")


def _embedded(settings: Settings) -> EmbeddedStore:
    return EmbeddedStore(
        settings.data_dir, fsync=settings.fsync, maxmemory=settings.maxmemory, on_event=_tell
    )


def _tell(event: StoreEvent) -> None:
    log.log(logging.WARNING if isinstance(event, (Died, StartFailed)) else logging.INFO, "%s", event)


def _server_options(settings: Settings) -> ServerOptions:
    server = settings.server
    return ServerOptions(
        host=server.host,
        port=server.port,
        body_limit=server.body_limit,
        hosts=server.allowed_hosts,
        insecure=server.insecure,
        retention=settings.retention.rules,
    )


def _daemon_options(settings: Settings, url: str, app: str, reload: bool) -> DaemonOptions:
    worker = settings.worker
    config = RunnerConfig(
        url=url,
        app=app,
        namespace=settings.namespace,
        lease=worker.lease,
        grace=worker.grace,
        max_crashes=worker.max_crashes,
        log_lines=worker.log_lines,
        retention=settings.retention.rules,
        log_level=settings.log.level,
    )
    return DaemonOptions(config=config, processes=worker.processes, reload=reload)
