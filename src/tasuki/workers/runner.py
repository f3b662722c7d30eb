"""The runner: sets up the workers, lives one life after the other, and leaves in good order."""

import asyncio
import logging
from collections.abc import Callable

from tasuki.model.errors import LeaseLostError, StoreError
from tasuki.store.lease import LeaseTerms
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.upkeep.upkeep import Upkeep
from tasuki.workers.life import Life
from tasuki.workers.registry import Registry
from tasuki.workers.worker import Worker

log = logging.getLogger("tasuki.runner")

LEAVE_SECONDS = 2.0
"""How long a runner tries to leave a store that does not answer. Its lease runs out then."""


def _ignore(_: str) -> None: ...


class Runner:
    """Runs the workers of a registry against one store.

    `started` is told each identity that the runner takes, `beaten` the identity at each heartbeat
    (in another thread), `begins` the identity before claimed jobs begin to run, `left` the identity
    that has released everything.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        terms: LeaseTerms | None = None,
        *,
        started: Callable[[str], None] = _ignore,
        beaten: Callable[[str], None] = _ignore,
        begins: Callable[[str], None] = _ignore,
        left: Callable[[str], None] = _ignore,
    ) -> None:
        self._store = store
        self._registry = registry
        self._terms = terms or LeaseTerms()
        self._started = started
        self._beaten = beaten
        self._begins = begins
        self._left = left
        self._outage = OutageLog(log)
        self._life: Life | None = None
        self._set_up: list[Worker] = []
        self._stopping = False
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
        upkeep = Upkeep(self._store.maintenance(self._terms))
        try:
            for worker in self._registry.workers:
                await worker.setup()
                self._set_up.append(worker)
            await upkeep.start()
            while not self._stopping:
                await self._live()
        finally:
            await upkeep.stop()
            await self._tear_down()
            self._ended.set()

    async def stop(self, grace: float) -> None:
        """Claim nothing more, wait up to `grace` seconds for the running jobs, release the rest."""
        self._stopping = True
        if self._life is not None:
            await self._life.drain()
            try:
                async with asyncio.timeout(grace):
                    await self._ended.wait()
            except TimeoutError:
                self.stop_now()
        await self._ended.wait()

    def stop_now(self) -> None:
        """Release all jobs without waiting for them."""
        self._stopping = True
        if self._life is not None:
            self._life.abandon()

    async def _live(self) -> None:
        life = Life(
            self._store, self._registry, self._terms, self._on_beat, self._on_begin, self._outage
        )
        self._life = life
        try:
            # Said first: from the moment it is registered, someone must know whose jobs they are.
            self._started(life.lease.runner)
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
                released = await life.leave()
        except (StoreError, TimeoutError) as error:
            log.warning("left without telling the store, which did not answer: %s", error)
            return
        self._left(life.lease.runner)
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
        life = self._life
        if life is not None:
            self._beaten(life.lease.runner)

    def _on_begin(self) -> None:
        if self._life is not None:
            self._begins(self._life.lease.runner)
