"""The daemon: hosts the workers of an app in one or more runners."""

import asyncio
import functools
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.app.name import AppName
from tasuki.workers.daemon.apart import ApartRunners
from tasuki.workers.daemon.following import Following
from tasuki.workers.daemon.handback import HandBack
from tasuki.workers.daemon.lane import Lane
from tasuki.workers.daemon.orders import Orders
from tasuki.workers.daemon.process import Launcher
from tasuki.workers.daemon.reload import FileWatch
from tasuki.workers.daemon.renewal import Renewal
from tasuki.workers.process.protocol import RunnerConfig

log = logging.getLogger("tasuki.daemon")

# -P keeps a user's file named, say, `queue.py` from being imported in place of Python's own.
RUNNER_COMMAND = (sys.executable, "-P", "-m", "tasuki.workers.main")
LOOK_SECONDS = 0.5
"""How often it is looked whether the app's files have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonOptions:
    """What a daemon is made from.

    `reload` starts the runners again when a `.py` file of the app changes. `command` starts one,
    which is told what is in `tasuki.workers.process.protocol`.
    """

    config: RunnerConfig
    reload: bool = False
    command: Sequence[str] = RUNNER_COMMAND


class Daemon:
    """Keeps runners running. It never imports the user's code, so nothing in there can stop it.

        daemon = Daemon(DaemonOptions(config=RunnerConfig(url=url, app="app.py")))
        await daemon.start()
        try:
            await daemon.run()
        finally:
            await daemon.stop()

    What happens is told to the logger `tasuki.daemon`. Whoever uses this decides which signals call
    `stop()` and, the second time, `stop_now()`; the runners are out of reach of Ctrl-C. When this
    process is killed they end by themselves.

    Raises:
        InvalidError: the store's URL or the namespace cannot be used.
    """

    def __init__(self, options: DaemonOptions) -> None:
        config = options.config
        self._options = options
        self._orders = Orders()
        self._store = Store(config.url, namespace=config.namespace)
        self._main: asyncio.Task[None] | None = None
        outage = OutageLog(log)
        environment = {"PYTHONUNBUFFERED": "1"}
        if options.reload:
            # Compiled files are told apart by whole seconds, and two changes may be quicker.
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        following = Following(
            HandBack(self._store, config.worker, self._orders, outage),
            functools.partial(
                Renewal, link=self._store.link("renewal"), terms=config.worker, outage=outage
            ),
            self._orders,
            self._need_apart,
            grace=config.worker.grace,
        )
        launcher = Launcher(options.command, config, environment)
        self._lanes = [
            Lane(f"runner {number}", launcher, following, self._orders, reload=options.reload)
            for number in range(1, config.worker.processes + 1)
        ]
        self._apart = ApartRunners(
            Launcher(options.command, config.apart(), environment),
            following,
            self._orders,
            most=config.worker.apart_processes,
        )
        self._following = following

    async def start(self) -> None:
        """Begin to start the runners. That they have joined the store is seen there.

        Raises:
            AppError: the name of the app cannot be understood.
        """
        AppName.parse(self._options.config.app)
        if self._main is None:
            self._main = asyncio.create_task(self._supervise(), name="tasuki-daemon")

    async def run(self) -> None:
        """Wait until the daemon has been stopped. Cancelling this does not stop it.

        Raises:
            AppError: the app cannot be loaded; the message shows its traceback. All runners have
                ended then.
            StoreUnsafeError: the store would lose jobs, or has another layout.
        """
        if self._main is not None:
            await asyncio.shield(self._main)

    async def stop(self) -> None:
        """Stop claiming, let jobs run on for the grace, release what is left, end all processes."""
        self._orders.stop.set()
        if self._main is not None:
            await asyncio.wait({self._main})

    async def stop_now(self) -> None:
        """As `stop()`, without grace: running jobs are released at once. May follow a `stop()`."""
        self._orders.hurry.set()
        await self.stop()

    def restart(self) -> None:
        """End all runners gracefully, and start them again."""
        for lane in self._lanes:
            lane.restart()
        self._apart.restart()

    def _need_apart(self, waiting: int) -> None:
        self._apart.need(waiting)

    async def _supervise(self) -> None:
        lanes = [asyncio.create_task(lane.run()) for lane in self._lanes]
        watch = asyncio.create_task(self._watch_files()) if self._options.reload else None
        try:
            ended, _ = await asyncio.wait(lanes, return_when=asyncio.FIRST_EXCEPTION)
            self._orders.stop.set()
            await asyncio.wait(lanes)
            for lane in ended:
                lane.result()
        finally:
            self._orders.stop.set()
            if watch is not None:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
            await self._apart.close()
            await self._following.close()
            await self._store.close()

    async def _watch_files(self) -> None:
        root = AppName.parse(self._options.config.app).root
        watch: FileWatch | None = None
        while True:
            try:
                if watch is None:
                    watch = await asyncio.to_thread(FileWatch, root)
                changed = await asyncio.to_thread(watch.look)
            except Exception:
                log.exception("watching the files of the app failed, and goes on")
                changed = []
            if changed:
                log.info("%s changed: starting again", ", ".join(map(str, changed[:3])))
                self.restart()
            await asyncio.sleep(LOOK_SECONDS)
