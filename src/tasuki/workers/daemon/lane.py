"""One lane of the daemon: a runner runs in it, and when it ends the next one takes its place."""

import asyncio
import logging
import time

from tasuki.model.errors import AppError, StoreUnsafeError
from tasuki.workers.daemon.ending import Ending
from tasuki.workers.daemon.following import Following
from tasuki.workers.daemon.orders import Orders, any_set, set_within
from tasuki.workers.daemon.process import Launcher, RunnerProcess
from tasuki.workers.daemon.restarts import RestartDelays

log = logging.getLogger("tasuki.daemon")

MOST_REPLACED = 4
"""How many runners that were replaced may still be there before another one is started."""


class Lane:
    """Starts a runner, follows it to its end, starts the next one.

    With `reload`, an app that was loaded once and cannot be any more is waited for.
    """

    def __init__(
        self,
        name: str,
        launcher: Launcher,
        following: Following,
        orders: Orders,
        *,
        reload: bool,
    ) -> None:
        self._name = name
        self._launcher = launcher
        self._following = following
        self._orders = orders
        self._reload = reload
        self._loaded = False
        self._restart = asyncio.Event()
        self._delays = RestartDelays()
        self._replaced: set[asyncio.Task[Ending]] = set()

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
                at_once = False
                try:
                    at_once = await self._one_life()
                except (AppError, StoreUnsafeError):
                    raise
                except OSError as error:
                    log.error("%s cannot be started: %s", self._name, error)  # noqa: TRY400
                except Exception:
                    log.exception("%s failed, and goes on", self._name)
                await self._pause(time.monotonic() - began, at_once=at_once)
        finally:
            await asyncio.gather(*self._replaced, return_exceptions=True)

    async def _one_life(self) -> bool:
        """Start a runner and go along with it; whether the next one is to follow at once."""
        while len(self._replaced) >= MOST_REPLACED:
            await asyncio.wait(self._replaced, return_when=asyncio.FIRST_COMPLETED)
        runner = await self._launcher.launch()
        name = f"{self._name} (pid {runner.pid})"
        life = asyncio.create_task(self._follow(name, runner))
        retired = asyncio.create_task(runner.retired.wait())
        try:
            await asyncio.wait({life, retired}, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            life.cancel()
            raise
        finally:
            retired.cancel()
        if not life.done():
            log.warning("%s is replaced: %s", name, runner.reason)
            self._replaced.add(life)
            life.add_done_callback(self._replaced.discard)
            return True
        ending = life.result()
        self._loaded = self._loaded or runner.was_loaded
        if ending.refusal is not None:
            if not (self._reload and self._loaded):
                raise ending.refusal
            log.error("%s\nWaiting for a change.", ending.refusal)
            await any_set(self._orders.stop, self._restart)
        return ending.by_job

    async def _follow(self, name: str, runner: RunnerProcess) -> Ending:
        try:
            ending = await self._following.to_its_end(name, runner, self._restart)
        except BaseException:
            runner.kill("patience")
            raise
        # The next runner does not wait for this.
        self._following.clear_up_behind(self._name, runner, ending)
        return ending

    async def _pause(self, lifetime: float, *, at_once: bool) -> None:
        if self._orders.stop.is_set() or self._restart.is_set():
            return
        delay = self._delays.after(lifetime, by_job=at_once)
        if delay:
            log.info("%s starts again in %.1f s", self._name, delay)
            await set_within(delay, self._orders.stop, self._restart)
