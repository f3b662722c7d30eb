"""One life of a runner: what it does under one identity, from registering to leaving."""

import asyncio
import os
import socket
import time

from tasuki.model.errors import LeaseLostError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.looks.reader import TYPES_FIELD
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.registry import Registry
from tasuki.workers.runner.crew import Crew
from tasuki.workers.runner.ear import Ear
from tasuki.workers.runner.heartbeat import Heartbeat
from tasuki.workers.runner.pump import Pump
from tasuki.workers.runner.slots import ApartSlots, Slots
from tasuki.workers.runner.stuck import StuckSlots
from tasuki.workers.runner.suspects import SuspectNews
from tasuki.workers.watcher import Watcher

END_SECONDS = 1.0
"""How long attempts get to end after they were made to stop, before they are released."""


class Life:
    """A lease, a pump, a heartbeat and an ear for the doorbell."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        terms: LeaseTerms,
        watcher: Watcher,
        outage: OutageLog,
        *,
        box: BlackBox,
        stuck: StuckSlots,
    ) -> None:
        self._registry = registry
        self._links = [store.link(name) for name in ("pump", "bell", "heartbeat", "large")]
        pump_link, bell_link, beat_link, large_link = self._links
        large = store.large(large_link)
        self.lease = store.lease(terms, pump_link)
        specs = registry.specs
        numbers = {type: spec.concurrency for type, spec in specs.items()}
        slots = ApartSlots(numbers, time.monotonic()) if terms.apart else Slots(numbers)
        self.crew = Crew(
            specs,
            slots,
            terms,
            watcher,
            box=box,
            fetch=lambda key, size: large.read("data", key, size),
            stuck=stuck,
            listeners=store.listeners,
        )
        self.pump = Pump(
            self.lease,
            slots,
            self.crew,
            idle=self._on_idle,
            suspects=SuspectNews(specs, watcher).seen,
            outage=outage,
            listeners=store.listeners,
        )
        doorbell = store.doorbell(self.lease.runner, bell_link)
        self._ear = Ear(doorbell, self.pump.ring, terms.lease / 3)
        self._loop = asyncio.get_running_loop()
        self._heartbeat = Heartbeat(self.lease, beat_link, self.crew, watcher, lost=self._on_lost)
        self._lost = asyncio.Event()
        self._abandoned = asyncio.Event()
        self._why = Stop.RELEASE

    async def register(self) -> None:
        """Join the store under the life's identity.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        specs = self._registry.specs
        await self.lease.register(
            {
                "host": socket.gethostname(),
                "pid": str(os.getpid()),
                TYPES_FIELD: "\n".join(self._registry.types),
                "slots": str(sum(spec.concurrency for spec in specs.values())),
                **self.crew.load,
            },
            [(type, spec.options) for type, spec in specs.items()],
        )

    async def run(self) -> None:
        """Claim and run jobs until `pump.drain` was called and all have ended.

        Raises:
            LeaseLostError: the lease was lost, and every attempt has been made to stop.
        """
        self._heartbeat.start()
        ear = asyncio.create_task(self._ear.run(), name="tasuki-ear")
        pump = asyncio.create_task(self.pump.run(), name="tasuki-pump")
        lost = asyncio.create_task(self._lost.wait(), name="tasuki-lost")
        abandoned = asyncio.create_task(self._abandoned.wait(), name="tasuki-abandoned")
        tasks = (ear, pump, lost, abandoned)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if lost.done():
                self.crew.stop(Stop.LOST)
                raise LeaseLostError(f"the lease of runner {self.lease.runner} was lost")
            if abandoned.done():
                await self._release_all(pump)
                return
            await (ear if ear.done() else pump)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._heartbeat.stop()

    async def drain(self) -> None:
        """Claim nothing more; `run` ends when the running attempts have ended."""
        self.pump.drain()
        await self._ear.hush()

    def abandon(self, *, unasked: bool = False) -> None:
        """End `run` soon, even if some attempts do not stop: leaving releases their jobs.

        If nobody has asked for that, leaving says of all what became of them, also of those that
        stop.
        """
        self._why = Stop.LOST if unasked else Stop.RELEASE
        self._abandoned.set()

    async def leave(self, *, unasked: bool = False) -> int:
        """Leave the store, releasing what is left. Gives how many jobs that were.

        If nobody has asked for that, a job may have, and what is left is taken back as if the
        process had died.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        return await self.lease.leave(self._registry.types, unasked=unasked)

    async def _release_all(self, pump: asyncio.Task[None]) -> None:
        await self.drain()
        self.crew.stop(self._why)
        await asyncio.wait({pump}, timeout=END_SECONDS)

    async def wind_down(self) -> None:
        """Give attempts that were made to stop a moment to end. What they came to is not told."""
        await self.crew.wait_empty(END_SECONDS)
        self.crew.outbox.clear()

    async def close(self) -> None:
        """Close the connections."""
        self.crew.close()
        for link in self._links:
            await link.close()

    def _on_idle(self, types: list[str]) -> None:
        self._ear.listen(types)

    def _on_lost(self) -> None:
        self._loop.call_soon_threadsafe(self._lost.set)
