"""Gives the jobs of a runner that has ended back to the store."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from tasuki.model.errors import StoreError
from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.lease import Lease
from tasuki.store.maintenance import Maintenance
from tasuki.store.store import Store
from tasuki.telemetry.events import JobsReleased, JobsTakenBack
from tasuki.telemetry.outage import PAUSES, OutageLog
from tasuki.workers.daemon.orders import Orders, set_within

log = logging.getLogger("tasuki.daemon")

LAST_PATIENCE = 3.0
"""Seconds for which it goes on trying once the daemon has been told to end."""

T = TypeVar("T")


class HandBack:
    """Reaps or releases, and tries again for as long as the store is away.

    Nothing is lost when it gives up: whoever reaps next finds the jobs once the lease has run out.
    """

    def __init__(self, store: Store, terms: LeaseTerms, orders: Orders, outage: OutageLog) -> None:
        self._link = store.link("handback")
        self._maintenance = Maintenance(self._link, terms)
        self._terms = terms
        self._listeners = store.listeners
        self._orders = orders
        self._outage = outage

    async def reap(
        self, name: str, identities: Sequence[str], error: JobError, begun: Sequence[str]
    ) -> int:
        """Take back the jobs of a runner that crashed, by one of those that had `begun`.

        `error` is theirs if they fail by it. Gives how many suspects wait for a runner apart now.
        """
        suspects = 0

        async def step() -> tuple[int, int, int]:
            nonlocal suspects
            requeued = failed = cancelled = 0
            more = True
            while more:
                done = await self._maintenance.reap(identities, error, begun=begun)
                requeued += done.requeued
                failed += done.failed
                cancelled += done.cancelled
                suspects = done.suspects
                more = done.more
            return requeued, failed, cancelled

        done = await self._until_done(name, step)
        if done and any(done):
            self._listeners.tell(JobsTakenBack(name, *done))
        return suspects

    async def release(self, name: str, identities: Iterable[str]) -> None:
        """Give back the jobs of a runner that was ended on purpose: no attempt is counted."""
        released = 0
        for identity in identities:
            lease = Lease(self._link, self._terms, identity)
            released += await self._until_done(name, lease.leave) or 0
        if released:
            self._listeners.tell(JobsReleased(name, released))

    async def _until_done(self, name: str, step: Callable[[], Awaitable[T]]) -> T | None:
        pause = PAUSES.first
        end = None
        while True:
            try:
                done = await step()
            except StoreError as error:
                if not error.transient:
                    self._give_up(name, str(error))
                    return None
                self._outage.down(error)
            except Exception:
                log.exception("handing back the jobs of %s failed", name)
                self._give_up(name, "see above")
                return None
            else:
                self._outage.up()
                return done
            if self._orders.stop.is_set():
                end = end or time.monotonic() + LAST_PATIENCE
                if self._orders.hurry.is_set() or time.monotonic() + pause > end:
                    self._give_up(name, "the store does not work")
                    return None
                await asyncio.sleep(pause)
            else:
                await set_within(pause, self._orders.stop)
            pause = PAUSES.after(pause)

    @staticmethod
    def _give_up(name: str, why: str) -> None:
        log.warning(
            "could not hand back the jobs of %s: they come back when its lease ends (%s)", name, why
        )
