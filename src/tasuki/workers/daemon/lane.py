"""One lane of the daemon: a runner runs in it, and when it ends the next one takes its place."""

import asyncio
import logging
import time
from collections.abc import Callable

from tasuki.workers.daemon.ending import Ending
from tasuki.workers.daemon.handback import HandBack
from tasuki.workers.daemon.orders import Orders, any_set, set_within
from tasuki.workers.daemon.process import Launcher, RunnerProcess
from tasuki.workers.daemon.renewal import Renewal
from tasuki.workers.daemon.restarts import RestartDelays

log = logging.getLogger("tasuki.daemon")

GRACE_MARGIN = 5.0
"""Seconds that a runner has, beyond the grace of its jobs, to release them and leave."""
HURRY_SECONDS = 2.0
"""Seconds that a runner has to release its jobs when there is no grace."""

WatchOver = Callable[[str, RunnerProcess], Renewal]


class Lane:
    """Starts a runner, watches over it, hands back what it held, starts the next one.

    `grace` is how many seconds running jobs have when a runner is to end. With `reload`, an app
    that was loaded once and cannot be any more is waited for.
    """

    def __init__(
        self,
        name: str,
        launcher: Launcher,
        hand_back: HandBack,
        watch_over: WatchOver,
        orders: Orders,
        *,
        grace: float,
        reload: bool,
    ) -> None:
        self._name = name
        self._launcher = launcher
        self._hand_back = hand_back
        self._watch_over = watch_over
        self._orders = orders
        self._patience = grace + GRACE_MARGIN
        self._reload = reload
        self._loaded = False
        self._restart = asyncio.Event()
        self._delays = RestartDelays()
        self._hand_backs: set[asyncio.Task[None]] = set()

    def restart(self) -> None:
        """End the runner gracefully, and start the next one at once."""
        self._restart.set()

    async def run(self) -> None:
        """Keep a runner running until there is the order to stop. Leaves no process.

        Raises:
            AppError: the app cannot be loaded.
            StoreUnsafeError: the runner refuses the store.
        """
        try:
            while not self._orders.stop.is_set():
                self._restart.clear()
                began = time.monotonic()
                try:
                    runner = await self._launcher.launch()
                except OSError as error:
                    log.error("%s cannot be started: %s", self._name, error)  # noqa: TRY400
                else:
                    await self._follow(runner)
                await self._pause(time.monotonic() - began)
        finally:
            await asyncio.gather(*self._hand_backs)

    async def _follow(self, runner: RunnerProcess) -> None:
        """Go along with a runner to its end, and see to what it leaves behind."""
        name = f"{self._name} (pid {runner.pid})"
        log.info("%s started", name)
        ending = await self._end_of(name, runner)
        _tell(name, ending)
        if runner.identities:
            # The next runner does not wait for this.
            task = asyncio.create_task(self._clear_up(runner, ending))
            self._hand_backs.add(task)
            task.add_done_callback(self._hand_backs.discard)
        self._loaded = self._loaded or runner.was_loaded
        if ending.refusal is not None:
            if not (self._reload and self._loaded):
                raise ending.refusal
            log.error("%s\nWaiting for a change.", ending.refusal)
            await any_set(self._orders.stop, self._restart)

    async def _end_of(self, name: str, runner: RunnerProcess) -> Ending:
        try:
            async with asyncio.TaskGroup() as group:
                helpers = (
                    group.create_task(self._watch_over(name, runner).run()),
                    group.create_task(self._end_when_told(runner)),
                )
                ending = await runner.wait()
                for helper in helpers:
                    helper.cancel()
        except BaseException:
            runner.kill("patience")
            raise
        return ending

    async def _end_when_told(self, runner: RunnerProcess) -> None:
        await any_set(self._orders.stop, self._restart)
        runner.terminate()
        if await set_within(self._patience, self._orders.hurry):
            runner.terminate()
            await asyncio.sleep(HURRY_SECONDS)
        runner.kill("patience")

    async def _clear_up(self, runner: RunnerProcess, ending: Ending) -> None:
        if ending.crash is None:
            await self._hand_back.release(self._name, runner.identities)
        else:
            await self._hand_back.reap(self._name, runner.identities, ending.crash)

    async def _pause(self, lifetime: float) -> None:
        if self._orders.stop.is_set() or self._restart.is_set():
            return
        delay = self._delays.after(lifetime)
        log.info("%s starts again in %.1f s", self._name, delay)
        await set_within(delay, self._orders.stop, self._restart)


def _tell(name: str, ending: Ending) -> None:
    if ending.killed == "patience":
        log.warning("%s did not end in time and was killed", name)
    elif ending.crash is not None:
        log.warning("%s crashed: %s", name, ending)
    elif ending.refusal is None:
        log.info("%s ended", name)
