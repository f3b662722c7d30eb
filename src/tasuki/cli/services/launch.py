"""Puts the long-running commands together: which services, with what, in which order."""

import gc
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tasuki.cli.services.banner import Scene, announce
from tasuki.cli.services.named_store import NamedStore
from tasuki.cli.services.services import Part, Service, Signals, serve
from tasuki.cli.settings.settings import Settings
from tasuki.embedded import Died, EmbeddedStore, StartFailed, StoreEvent, Vanished
from tasuki.model.settings.worker import WorkerSettings
from tasuki.store.store import Store
from tasuki.telemetry.logs import configure

if TYPE_CHECKING:
    from tasuki.server import Server
    from tasuki.workers.process.protocol import RunnerConfig

log = logging.getLogger("tasuki.cli")

RUNNER_FILES = 4
"""How many files of the supervisor a runner takes, at most."""

_GRACE = ": running jobs may finish; a second signal hands them back at once"


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
    configure(settings.log.level, settings.log.format)
    signals = Signals(_GRACE if plan.app else "")
    embedded = None if settings.url else _embedded(settings)
    url = embedded.url if embedded else str(settings.url)
    store = Store(url, namespace=settings.namespace)
    server = _server(settings, store, embedded) if plan.server else None
    keeper = embedded or NamedStore(store, allow_unsafe=settings.allow_unsafe)
    parts = [Part("the store", keeper)]
    if server:
        parts.append(Part("the HTTP server", server))
    if plan.app:
        parts.append(Part("the daemon", _daemon(settings, url, plan.app, reload=plan.reload)))
    scene = Scene(settings, store, time.monotonic(), embedded, plan.app)

    async def when_up() -> None:
        # What there is now stays: the garbage collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        await announce(scene._replace(dashboard=server.url if server else None))

    with signals.listening():
        try:
            await serve(parts, signals, when_up)
        finally:
            await store.close()
    log.info("Tasuki has stopped")


def _embedded(settings: Settings) -> EmbeddedStore:
    return EmbeddedStore(
        settings.data_dir, fsync=settings.fsync, maxmemory=settings.maxmemory, on_event=_tell
    )


def _tell(event: StoreEvent) -> None:
    level = logging.INFO
    if isinstance(event, (Died, StartFailed)):
        level = logging.WARNING
    elif isinstance(event, Vanished):
        level = logging.ERROR
    log.log(level, "%s", event)


def _server(settings: Settings, store: Store, embedded: EmbeddedStore | None) -> "Server":
    from tasuki.server import Server, raise_file_limit

    raise_file_limit()
    options = replace(
        settings.server,
        data_limit=settings.data_limit,
        types_limit=settings.types_limit,
        terms=_worker(settings),
        # Each runner beside it takes a few.
        reserve=RUNNER_FILES * settings.worker.processes,
    )
    if embedded is None:
        return Server(options, store)
    return Server(options, store, lambda: embedded.trouble)


def _worker(settings: Settings) -> WorkerSettings:
    return replace(settings.worker, retention=settings.retention)


def runner_config(settings: Settings, url: str, app: str) -> "RunnerConfig":
    """What a runner is told."""
    from tasuki.workers.process.protocol import RunnerConfig

    return RunnerConfig(
        url=url,
        app=app,
        namespace=settings.namespace,
        worker=_worker(settings),
        log=settings.log,
        allow_unsafe=settings.allow_unsafe,
    )


def _daemon(settings: Settings, url: str, app: str, *, reload: bool) -> Service:
    from tasuki.workers.daemon import Daemon, DaemonOptions

    return Daemon(DaemonOptions(config=runner_config(settings, url, app), reload=reload))
