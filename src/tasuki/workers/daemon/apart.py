"""Runners apart: they run the suspects, one job at a time, so that the first repeat tells."""

import asyncio
import logging
import time

from tasuki.workers.daemon.ending import Ending
from tasuki.workers.daemon.following import Following
from tasuki.workers.daemon.orders import Orders, set_within
from tasuki.workers.daemon.process import Launcher, RunnerProcess
from tasuki.workers.daemon.restarts import RestartDelays

log = logging.getLogger("tasuki.daemon")


class ApartRunners:
    """Starts runners apart when suspects wait, at most so many at once.

    Each ends by itself when nothing is left for it. So healthy jobs never wait for a suspect, and a
    long suspect holds up no other one.
    """

    def __init__(
        self, launcher: Launcher, following: Following, orders: Orders, *, most: int
    ) -> None:
        self._launcher = launcher
        self._following = following
        self._orders = orders
        self._most = most
        self._restart = asyncio.Event()
        self._places: dict[int, RunnerProcess | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def need(self, waiting: int) -> None:
        """So many suspects wait: start as many runners, unless some are there that wait for work.

        To be told again and again while there are any.
        """
        if self._orders.stop.is_set():
            return
        ready = sum(1 for runner in self._places.values() if runner is None or not runner.is_busy)
        for _ in range(min(waiting - ready, self._most - len(self._places))):
            number = next(n for n in range(1, self._most + 1) if n not in self._places)
            self._places[number] = None
            task = asyncio.create_task(self._keep(number))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def restart(self) -> None:
        """End all gracefully, and start again those that are there."""
        self._restart.set()
        self._restart = asyncio.Event()

    async def close(self) -> None:
        """Wait until all have ended, after the order to stop."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _keep(self, number: int) -> None:
        """Keep a runner running for as long as there is work for it."""
        delays = RestartDelays()
        name = f"runner apart {number}"
        try:
            goes_on = True
            while goes_on and not self._orders.stop.is_set():
                began = time.monotonic()
                by_job = False
                try:
                    goes_on, by_job = await self._one_life(number, name)
                except OSError as error:
                    log.error("%s cannot be started: %s", name, error)  # noqa: TRY400
                except Exception:
                    log.exception("%s failed, and goes on", name)
                if goes_on:
                    delay = delays.after(time.monotonic() - began, by_job=by_job)
                    await set_within(delay, self._orders.stop)
        finally:
            del self._places[number]

    async def _one_life(self, number: int, name: str) -> tuple[bool, bool]:
        """Whether the next runner is to follow, and whether at once."""
        runner = await self._launcher.launch()
        self._places[number] = runner
        try:
            ending = await self._following.to_its_end(
                f"{name} (pid {runner.pid})", runner, self._restart
            )
        finally:
            self._places[number] = None
        suspects = await self._following.clear_up(name, runner, ending)
        if ending.refusal is not None:
            log.error("%s: %s", name, ending.refusal)
            return True, False
        if ending.crash is None:
            return ending.asked, True
        self.need(suspects)
        return _may_go_on(ending, suspects), ending.by_job


def _may_go_on(ending: Ending, suspects: int) -> bool:
    # One that died before it had begun anything has not seen what waits for it.
    return suspects > 0 or not ending.by_job
