"""One service that does all the periodic work of a namespace."""

import asyncio
import logging
import random
from time import monotonic

import msgspec

from tasuki.model.errors import may_pass
from tasuki.store.maintenance import PAUSE_SECONDS, Maintenance
from tasuki.store.messages.upkeep import Reaped, Ticked
from tasuki.telemetry.complaints import Complaints
from tasuki.telemetry.events import Listeners, UpkeepDone

log = logging.getLogger("tasuki.upkeep")


class Upkeep:
    """Promotes, expires, reaps, prunes and tidies up once a second, or four times in a short lease.

    Every process does so, and the store lets one of them through each time. While there is more to
    do, steps follow each other with pauses that are as long as a step, so that others are not held
    up. Nothing ends this service but `stop`: while the store is away it waits, and any other error
    is logged.

    `types_limit` says how many types there may be from now on. It is kept in the store, so that it
    holds for all producers, and so are the ages of the retention, for all who do upkeep; None
    leaves both as they are.
    """

    def __init__(
        self, maintenance: Maintenance, listeners: Listeners, *, types_limit: int | None = None
    ) -> None:
        self._maintenance = maintenance
        self._listeners = listeners
        self._types_limit = types_limit
        self._task: asyncio.Task[None] | None = None
        self._complaints = Complaints(log, "upkeep goes on after an error")

    async def start(self) -> None:
        """Begin, in a task of its own."""
        self._task = asyncio.create_task(self.run(), name="tasuki-upkeep")

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            started, more = monotonic(), False
            try:
                more = await self.tick()
            except Exception as error:  # noqa: BLE001 - whatever it is, the work must go on
                if may_pass(error):
                    log.debug("upkeep waits for the store: %s", error)
                else:
                    self._complaints.add(error)
                    await self._one_by_one()
            if more:
                await asyncio.sleep(max(PAUSE_SECONDS, monotonic() - started))
            else:
                # Spread out, so that many processes do not tick in step.
                await asyncio.sleep(self._maintenance.interval * random.uniform(0.8, 1.2))

    async def stop(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def tick(self) -> bool:
        """Do a step of everything that is due. Gives whether there is more to do at once.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        ticked = await self._maintenance.tick(self._types_limit)
        if ticked.due:
            # Said once: who is started later with another number is right.
            self._types_limit = None
            self._listeners.tell(_done(ticked))
        return ticked.more

    async def _one_by_one(self) -> None:
        """What goes wrong in one step must not keep the others from being done."""
        steps = (self._reap, self._promote, self._expire, self._prune)
        for step in steps:
            try:
                self._listeners.tell(await step())
            except Exception as error:  # noqa: BLE001 - as above
                if may_pass(error):
                    return
                self._complaints.add(error)

    async def _reap(self) -> UpkeepDone:
        return _done(await self._maintenance.reap())

    async def _promote(self) -> UpkeepDone:
        return UpkeepDone(promoted=await self._maintenance.promote())

    async def _expire(self) -> UpkeepDone:
        return UpkeepDone(expired=await self._maintenance.expire())

    async def _prune(self) -> UpkeepDone:
        return UpkeepDone(pruned=await self._maintenance.prune())


def _done(reply: Ticked | Reaped) -> UpkeepDone:
    # What has the same name in both is the same.
    return msgspec.convert(reply, UpkeepDone, from_attributes=True)
