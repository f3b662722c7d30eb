"""The runner: sets up the workers, lives one life after the other, and leaves in good order."""

import asyncio
import logging
import time

import msgspec

from tasuki.model.errors import (
    LayoutError,
    LeaseLostError,
    StoreError,
    StoreUnsafeError,
)
from tasuki.model.pauses import Pauses
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.store import Store
from tasuki.telemetry.events import JobsReleased
from tasuki.telemetry.outage import OutageLog
from tasuki.upkeep.upkeep import Upkeep
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.registry import Registry
from tasuki.workers.runner.beside import Beside
from tasuki.workers.runner.life import Life
from tasuki.workers.runner.stop_note import StopNote
from tasuki.workers.runner.stuck import StuckSlots
from tasuki.workers.runner.watchdog import Watchdog
from tasuki.workers.setup import Setup
from tasuki.workers.watcher import Unwatched, Watcher

log = logging.getLogger("tasuki.runner")

REGISTER_SECONDS = 1.0
"""How long a runner waits before it tries again to register."""
LEAVE_SECONDS = 2.0
"""How long a runner tries to leave a store that does not answer. Its lease runs out then."""
PAUSES = Pauses(1.0, 30.0)
"""Seconds between a life that ended for a fault and the next one."""


class Runner:
    """Runs the workers of a registry against one store.

    `watcher` is told how it is doing. `box` is where it writes down which attempts have begun; one
    that nobody reads is made if none is given.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        terms: LeaseTerms | None = None,
        *,
        watcher: Watcher | None = None,
        box: BlackBox | None = None,
    ) -> None:
        self._store = store
        self._registry = registry
        self._terms = terms or LeaseTerms()
        self._beside = Beside(self._life_beside)
        self._watcher = watcher or self._beside
        self._box = box or BlackBox.create()
        self._own_box = box is None
        self._stuck = StuckSlots(registry.specs, self._watcher)
        self._outage = OutageLog(log)
        self._life: Life | None = None
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._asked = self._unasked = False
        self._released = 0
        self._note = StopNote(store, self._terms)
        self._pause = PAUSES.first

    async def run(self) -> None:
        """Set up the workers, run jobs until `stop`, and tear the workers down.

        On terms of a runner apart it ends by itself when nothing is left for it.

        Raises:
            Exception: what a worker's `setup` raised.
            LayoutError: the store was written by another version of Tasuki.
            StoreUnsafeError: the store could lose jobs.
        """
        watchdog = Watchdog(self._watcher)
        watchdog.start()
        setup = Setup(self._registry.workers)
        upkeep = Upkeep(self._store.maintenance(self._terms), self._store.listeners)
        try:
            await setup.make()
            await upkeep.start()
            while not self._stopping.is_set():
                await self._live(watchdog)
            await self._beside.ended()
        finally:
            self._note.drop()
            await upkeep.stop()
            await setup.undo()
            await watchdog.stop()
            if self._own_box:
                self._box.close()
            self._ended.set()

    async def stop(self, grace: float, *, asked: bool = True) -> None:
        """Claim nothing more, wait up to `grace` seconds for the running jobs, release the rest.

        When nobody has `asked` for it, but a signal came from somewhere, the rest is taken back as
        if the process had died: one of them may have sent it.
        """
        self._stopping.set()
        if asked:
            self.ask()
        else:
            self._unasked = True
        await self._beside.drain()
        if self._life is not None:
            await self._life.drain()
            try:
                async with asyncio.timeout(grace):
                    await self._ended.wait()
            except TimeoutError:
                self.stop_now()
        await self._ended.wait()

    def ask(self) -> None:
        """That the runner stops is asked for. It is written down in the store, beside all else."""
        self._unasked = False
        if not self._asked:
            self._asked = True
            if self._life is not None:
                self._note.write(self._life.lease.runner)

    def stop_now(self) -> None:
        """Release all jobs without waiting for them."""
        self._stopping.set()
        self._beside.abandon(unasked=self._unasked)
        if self._life is not None:
            # Those that obey are not there any more when it leaves.
            self._released += len(list(self._life.crew.attempts))
            self._life.abandon(unasked=self._unasked)

    def _new_life(self, terms: LeaseTerms, watcher: Watcher) -> Life:
        return Life(
            self._store,
            self._registry,
            terms,
            watcher,
            self._outage,
            box=self._box,
            stuck=self._stuck,
        )

    def _life_beside(self) -> Life:
        return self._new_life(msgspec.structs.replace(self._terms, apart=True), Unwatched())

    async def _live(self, watchdog: Watchdog) -> None:
        life = self._life = self._new_life(self._terms, self._watcher)
        watchdog.watch(life.crew)
        began = time.monotonic()
        try:
            # Said first: from the moment it is registered, someone must know whose jobs they are.
            self._watcher.registered(life.lease.runner)
            if not await self._register(life):
                return
            await life.run()
            # Of itself a life ends only when a runner apart has nothing left to do.
            self._stopping.set()
            if await self._leave(life):
                self._watcher.left(self._released)
        except LeaseLostError as error:
            log.warning("%s: its jobs were taken back; going on under a new name", error)
            await life.wind_down()
        except (LayoutError, StoreUnsafeError):
            raise
        except Exception:
            log.exception("runner %s failed; going on under a new name", life.lease.runner)
            if time.monotonic() - began > PAUSES.last:
                self._pause = PAUSES.first
            await self._bury(life)
        finally:
            self._life = None
            watchdog.watch(None)
            await life.close()

    async def _bury(self, life: Life) -> None:
        """Give back what a life held that ended for a fault, and wait a little for the next one."""
        life.crew.stop(Stop.LOST)
        await life.wind_down()
        await self._leave(life)
        await self._rest(self._pause)
        self._pause = PAUSES.after(self._pause)

    async def _register(self, life: Life) -> bool:
        while not self._stopping.is_set():
            try:
                await life.register()
                return True
            except StoreError as error:
                if not error.transient:
                    raise
                self._outage.down(error)
                await self._rest(REGISTER_SECONDS)
        return False

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until the order to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _leave(self, life: Life) -> bool:
        """Leave the store; whether that was possible."""
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                released = await life.leave(unasked=self._unasked)
        except (StoreError, TimeoutError) as error:
            log.warning("left without telling the store, which did not answer: %s", error)
            return False
        self._released += released
        if released:
            self._store.listeners.tell(JobsReleased(f"runner {life.lease.runner}", released))
        return True
