"""What runs until it is stopped: `up`, `server`, `worker`."""

import click

from tasuki.cli.options import LOG, STORE
from tasuki.cli.program import Command
from tasuki.cli.run import with_settings
from tasuki.cli.settings.settings import Settings
from tasuki.cli.terminal.streams import do_without

_OWN_STORE = (*STORE, "fsync", "maxmemory", "allow_unsafe")
_SERVER = (
    "server.host",
    "server.port",
    "data_limit",
    "server.body_limit",
    "server.insecure",
    "server.allowed_hosts",
    "server.connections",
)
_WORKER = (
    "worker.processes",
    "worker.apart_processes",
    "worker.grace",
    "worker.lease",
    "worker.max_crashes",
    "worker.log_lines",
    "worker.result_limit",
)

# The server takes back jobs of runners that vanished, so it needs their terms.
_TERMS = ("worker.lease", "worker.max_crashes")

_app = click.argument("app")
_reload = click.option(
    "--reload", is_flag=True, help="Start the runners again when a file of the app changes."
)


@click.command("up", cls=Command)
@_app
@_reload
@with_settings(*_SERVER, *_WORKER, *_OWN_STORE, *LOG)
async def up(settings: Settings, app: str, reload: bool) -> None:
    """Run everything: store, HTTP server, dashboard, and the workers of APP.

    APP is a file (app.py), a module (pkg.jobs), or module:attribute.

    Without a url it runs a store of its own in the data directory; other commands find it there.
    Ctrl-C or SIGTERM ends it: no new jobs are started, the running ones have the grace to finish,
    what is left goes back to the queue. A second signal does not wait.
    """
    await _launch(settings, app, server=True, reload=reload)


@click.command("server", cls=Command)
@with_settings(*_SERVER, *_TERMS, *_OWN_STORE, *LOG)
async def server(settings: Settings) -> None:
    """Run the HTTP server with its dashboard, and no workers.

    It keeps nothing itself, so any number of servers can run on one store. Without a url it shares
    the store of the data directory, or starts it.
    """
    await _launch(settings, None, server=True)


@click.command("worker", cls=Command)
@_app
@_reload
@with_settings(*_WORKER, *_OWN_STORE, *LOG)
async def worker(settings: Settings, app: str, reload: bool) -> None:
    """Run the workers of APP, and no HTTP server.

    APP is a file (app.py), a module (pkg.jobs), or module:attribute. Without a url it shares the
    store of the data directory, or starts it.
    """
    await _launch(settings, app, reload=reload)


async def _launch(
    settings: Settings, app: str | None, *, server: bool = False, reload: bool = False
) -> None:
    do_without()
    from tasuki.cli.services.launch import Plan, launch
    from tasuki.workers.app.load import find_app

    if app is not None:
        # What can be known at once is told before anything is started.
        find_app(app)
    await launch(settings, Plan(server=server, app=app, reload=reload))
