"""What `up`, `server` and `worker` say once everything works."""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from tasuki import __version__
from tasuki.cli.desk import shown_path
from tasuki.cli.settings.settings import Settings
from tasuki.cli.terminal.text import styled
from tasuki.embedded import EmbeddedStore
from tasuki.model.errors import StoreError
from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.store import Store
from tasuki.telemetry.patient import PatientStream
from tasuki.telemetry.terminal import colours, printable

log = logging.getLogger("tasuki.cli")

PATIENCE = 10.0
"""How long the first runner may take to appear before the rest is announced without it."""

LOOK = 0.1

_PROMISES = {
    "always": "on disk before a job's id is given out",
    "everysec": "on disk within about a second",
    "no": "on disk whenever the system likes",
}


class Scene(NamedTuple):
    """What there is to announce. `began` is the monotonic time at which the first part started."""

    settings: Settings
    store: Store
    began: float
    embedded: EmbeddedStore | None = None
    app: str | None = None
    dashboard: str | None = None


async def announce(scene: Scene) -> None:
    """Print where everything is, as soon as the first runner can be seen in the store.

    When that takes long the rest is printed without it, and its arrival is logged.
    """
    if scene.app is None:
        _print(scene, None)
        return
    arrival = asyncio.create_task(_first_runner(scene))
    try:
        await asyncio.wait({arrival}, timeout=PATIENCE)
        _print(scene, arrival.result() if arrival.done() else None)
        if not arrival.done():
            log.info("the first runner is here: it runs %s", _types(await arrival))
    finally:
        arrival.cancel()


def _print(scene: Scene, runner: RunnerInfo | None) -> None:
    lines = [f"  {name:<9}  {printable(text)}" for name, text in _facts(scene, runner)]
    if scene.settings.log.format == "json":
        log.info("up: %s", "; ".join(" ".join(line.split()) for line in lines))
        return
    grace = ""
    if scene.app:
        grace = f"; running jobs have {scene.settings.worker.grace:g} s to finish"
    title = f"Tasuki {__version__} is up. Ctrl-C stops it{grace}."
    if colours(sys.stdout):
        title = styled(title, bold=True)
    # Who reads standard output may have stopped, which must not hold up what is up.
    out = PatientStream(sys.stdout, "{} lines".format)
    out.write("\n".join([title, *lines]))
    out.close()


def _facts(scene: Scene, runner: RunnerInfo | None) -> Iterator[tuple[str, str]]:
    if scene.dashboard:
        yield "dashboard", scene.dashboard
    if own := scene.embedded:
        where = shown_path(scene.settings.data_dir)
        yield "store", f"{where}  {own.version}, {_PROMISES[own.fsync]} (fsync {own.fsync})"
    else:
        yield "store", str(scene.store.address)
    if scene.app:
        count = scene.settings.worker.processes
        runners = "1 runner" if count == 1 else f"{count} runners"
        types = _types(runner) if runner else "no runner has joined the store yet"
        yield "app", f"{scene.app}  {types}  ({runners})"


def _types(runner: RunnerInfo) -> str:
    return ", ".join(runner.types)


async def _first_runner(scene: Scene) -> RunnerInfo:
    """The first runner of this machine that has registered since the beginning."""
    reader, host = scene.store.reader(), socket.gethostname()
    while True:
        try:
            # The store's clock may differ from that of this machine.
            seconds, micros = await scene.store.shared.command("TIME")
            since = int(seconds) + int(micros) / 1e6 - (time.monotonic() - scene.began)
            for runner in await reader.runners():
                started = runner.started_at.timestamp() if runner.started_at else 0
                if started >= since and runner.fields.get("host") == host:
                    return runner
        except StoreError as error:
            log.debug("no runner can be seen yet: %s", error)
        await asyncio.sleep(LOOK)
