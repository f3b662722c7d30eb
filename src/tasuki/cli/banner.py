"""What `up`, `server` and `worker` say once everything works."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from tasuki import __version__
from tasuki.cli.desk import shown_path
from tasuki.cli.output import say
from tasuki.cli.settings import Settings
from tasuki.cli.text import printable, styled
from tasuki.embedded import EmbeddedStore
from tasuki.model.errors import StoreError
from tasuki.store.reader import RunnerInfo
from tasuki.store.store import Store

log = logging.getLogger("tasuki.cli")

PATIENCE = 10.0
"""How long the first runner may take to appear before the rest is announced without it."""

LOOK = 0.05

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
    """Print where everything is, once the first runner can be seen in the store."""
    runner = await _first_runner(scene) if scene.app else None
    lines = [f"  {name:<9}  {printable(text)}" for name, text in _facts(scene, runner)]
    if scene.settings.log.format == "json":
        log.info("up: %s", "; ".join(" ".join(line.split()) for line in lines))
        return
    grace = ""
    if scene.app:
        grace = f"; running jobs have {scene.settings.worker.grace:g} s to finish"
    say(styled(f"Tasuki {__version__} is up. Ctrl-C stops it{grace}.", bold=True))
    for line in lines:
        say(line)


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
        types = ", ".join(runner.fields.get("types", "").split()) if runner else "starting"
        yield "app", f"{scene.app}  {types}  ({runners})"


async def _first_runner(scene: Scene) -> RunnerInfo | None:
    """The first runner of this machine that has registered since the beginning."""
    reader, host = scene.store.reader(), socket.gethostname()
    elapsed = time.monotonic() - scene.began
    with suppress(StoreError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            seconds, micros = await scene.store.shared.command("TIME")
            since = int(seconds) + int(micros) / 1e6 - elapsed
            while True:
                for runner in await reader.runners():
                    started = runner.started_at.timestamp() if runner.started_at else 0
                    if started >= since and runner.fields.get("host") == host:
                        return runner
                await asyncio.sleep(LOOK)
    return None
