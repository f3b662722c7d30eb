"""The pump: reports what has ended, claims what there is room for, and goes round.

Fast jobs batch by themselves, since outcomes pile up while an exchange is under way.
"""

import asyncio
import time
from collections.abc import Callable

from tasuki.model.errors import LayoutError, LeaseLostError
from tasuki.store.lease import Lease
from tasuki.store.messages import Exchanged
from tasuki.telemetry.events import JobsLost, Listeners
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.runner.crew import Crew
from tasuki.workers.runner.exchanges import Exchanges
from tasuki.workers.runner.slots import Demand, Slots


class Pump:
    """The loop between one lease and the attempts of one runner.

    `idle` is told the types whose doorbells are to be heard while there is nothing to do, and
    `suspects` some types of which jobs wait for a runner apart.
    """

    def __init__(
        self,
        lease: Lease,
        slots: Slots,
        crew: Crew,
        *,
        idle: Callable[[list[str]], None],
        suspects: Callable[[list[str]], None],
        outage: OutageLog,
        listeners: Listeners,
    ) -> None:
        self._runner = lease.runner
        self._listeners = listeners
        self._slots = slots
        self._crew = crew
        self._exchanges = Exchanges(lease, crew.outbox, outage)
        self._idle = idle
        self._suspects = suspects
        self._claiming = True

    async def run(self) -> None:
        """Go round until `drain` has been called and nothing is left to do.

        Raises:
            LeaseLostError: the lease ran out; every attempt has been made to stop.
            LayoutError: the store was written by another version.
        """
        claimed: Exchanged | None = None
        while self._claiming or self._crew or self._crew.outbox or claimed:
            demand = self._slots.demand() if self._claiming else []
            if self._crew.outbox or self._slots.should_look(demand, time.monotonic()):
                claimed = await self._exchange(demand, claimed)
            elif claimed:
                self._begin(claimed)
                claimed = None
            else:
                await self._rest(demand)

    def ring(self, type: str) -> None:
        """The doorbell of a type rang; '' when it was the runner's own."""
        self._slots.ring(type)
        self._crew.changed.set()

    def drain(self) -> None:
        """Claim nothing more, and give back what has not begun; `run` ends when the rest has."""
        self._claiming = False
        self._crew.give_back()
        self._crew.changed.set()

    async def _exchange(self, demand: Demand, claimed: Exchanged | None) -> Exchanged | None:
        """Report and claim. Meanwhile, what was claimed before begins."""
        self._crew.changed.clear()
        sent = self._exchanges.send(demand, self._slots.take_rung())
        try:
            # Gone out before the jobs that came last begin, so that the store works while they run.
            await asyncio.sleep(0)
            if claimed:
                self._begin(claimed)
            reply = await sent
        except (LeaseLostError, LayoutError):
            self._crew.outbox.clear()
            self._crew.stop(Stop.LOST)
            raise
        finally:
            sent.cancel()
        self._crew.outbox.taken()
        return self._take_in(reply, demand)

    def _take_in(self, reply: Exchanged, demand: Demand) -> Exchanged | None:
        """Book what came. Gives it back when it is still to begin."""
        now = time.monotonic()
        granted = {claimed.type: len(claimed.ids) for claimed in reply.claimed}
        due = now + reply.next_due / 1_000 if reply.next_due >= 0 else None
        self._slots.book(granted, demand, due, now)
        if reply.lost:
            self._listeners.tell(JobsLost(self._runner, len(reply.lost)))
        if reply.cancels:
            self._crew.stop(Stop.CANCEL, reply.cancels)
        if not self._slots.begins_at_once:
            if reply.suspects:
                self._suspects(reply.suspects)
            return reply if granted else None
        if self._slots.is_over(now, busy=bool(granted or self._crew)):
            self.drain()
        self._begin(reply)
        return None

    def _begin(self, claimed: Exchanged) -> None:
        self._crew.begin(claimed)
        if not self._claiming:
            self._crew.give_back()

    async def _rest(self, demand: Demand) -> None:
        self._idle(self._slots.idle_types() if self._claiming else [])
        now = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self._slots.look_at(demand, now) - now)):
                await self._crew.changed.wait()
        except TimeoutError:
            return
        finally:
            self._crew.changed.clear()
