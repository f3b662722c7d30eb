"""The runner: sets up the workers, lives one life after the other, and leaves in good order."""

import asyncio
import logging

from tasuki.model.errors import LeaseLostError, StoreError
from tasuki.store.lease import Lease, LeaseTerms
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.upkeep.upkeep import Upkeep
from tasuki.workers.blackbox import BlackBox
from tasuki.workers.life import Life
from tasuki.workers.registry import Registry
from tasuki.workers.watcher import Unwatched, Watcher
from tasuki.workers.worker import Worker

log = logging.getLogger("tasuki.runner")

LEAVE_SECONDS = 2.0
"""How long a runner tries to leave a store that does not answer. Its lease runs out then."""
NOTE_SECONDS = 1.0


class Runner:
    """Runs the workers of a registry against one store.

    `watcher` is told how it is doing, `box` which attempts have begun.
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
        self._watcher = watcher or Unwatched()
        self._box = box or BlackBox.create()
        self._outage = OutageLog(log)
        self._life: Life | None = None
        self._set_up: list[Worker] = []
        self._stopping = self._asked = False
        self._cut_short = 0
        self._noting: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    @property
    def busy_until(self) -> float:
        """Monotonic time by which the running jobs should be over; 0 if that cannot be said."""
        return self._life.pump.busy_until if self._life else 0.0

    async def run(self) -> None:
        """Set up the workers, run jobs until `stop`, and tear the workers down.

        Raises:
            Exception: what a worker's `setup` raised.
            LayoutError: the store was written by another version of Tasuki.
        """
        upkeep = Upkeep(self._store.maintenance(self._terms), self._store.reader())
        try:
            for worker in self._registry.workers:
                await worker.setup()
                self._set_up.append(worker)
            await upkeep.start()
            while not self._stopping:
                await self._live()
        finally:
            if self._noting is not None:
                self._noting.cancel()
            await upkeep.stop()
            await self._tear_down()
            self._ended.set()

    async def stop(self, grace: float, *, asked: bool = True) -> None:
        """Claim nothing more, wait up to `grace` seconds for the running jobs, release the rest.

        When nobody has `asked` for it, but a signal came from somewhere, the rest has crashed.
        """
        self._stopping = True
        if asked:
            self.ask()
        if self._life is not None:
            await self._life.drain()
            try:
                async with asyncio.timeout(grace):
                    await self._ended.wait()
            except TimeoutError:
                self.stop_now()
        await self._ended.wait()

    def ask(self) -> None:
        """That the runner stops was asked for. It is written down in the store, beside all else."""
        if not self._asked:
            self._asked = True
            if self._life is not None:
                self._noting = asyncio.create_task(self._note(self._life))

    def stop_now(self) -> None:
        """Release all jobs without waiting for them; they have crashed if nobody `asked`."""
        self._stopping = True
        if self._life is not None:
            self._cut_short = max(self._cut_short, len(list(self._life.pump.attempts)))
            self._life.abandon(crashed=not self._asked)

    async def _live(self) -> None:
        life = Life(
            self._store,
            self._registry,
            self._terms,
            self._on_beat,
            self._on_begin,
            self._outage,
            self._box,
        )
        self._life = life
        try:
            # Said first: from the moment it is registered, someone must know whose jobs they are.
            self._watcher.registered(life.lease.runner)
            if not await self._register(life):
                return
            await life.run()
            await self._leave(life)
        except LeaseLostError as error:
            log.warning("%s: its jobs were taken back; going on under a new name", error)
            await life.wind_down()
        finally:
            self._life = None
            await life.close()

    async def _register(self, life: Life) -> bool:
        while not self._stopping:
            try:
                await life.register()
                return True
            except StoreError as error:
                if type(error).code in ("layout", "store_unsafe"):
                    raise
                self._outage.down(error)
                await asyncio.sleep(1)
        return False

    async def _leave(self, life: Life) -> None:
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                released = await life.leave(crashed=not self._asked)
        except (StoreError, TimeoutError) as error:
            log.warning("left without telling the store, which did not answer: %s", error)
            return
        # Those that obeyed were released before.
        self._watcher.left(max(released, self._cut_short))
        if released:
            log.info("released %d unfinished jobs", released)

    async def _tear_down(self) -> None:
        for worker in reversed(self._set_up):
            try:
                await worker.teardown()
            except Exception:
                log.exception("teardown of %s failed", type(worker).__name__)
        self._set_up.clear()

    def _on_beat(self) -> None:
        self._watcher.beat(self.busy_until)

    def _on_begin(self) -> None:
        self._watcher.begins(self.busy_until)

    async def _note(self, life: Life) -> None:
        """Write down that the runner is stopping, so that its end is no crash, whoever causes it.

        The store may be away: then it is tried again for as long as the runner is there.
        """
        lease = Lease(self._store.shared, self._terms, life.lease.runner)
        while not self._ended.is_set():
            try:
                await lease.heartbeat({"stopping": "1"})
                return
            except StoreError as error:
                log.debug("that this runner is stopping could not be written down: %s", error)
            except LeaseLostError:
                return
            await asyncio.sleep(NOTE_SECONDS)
