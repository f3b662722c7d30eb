"""A store that runs elsewhere, as a service: it is judged as soon as it can be."""

import asyncio
import logging

from tasuki.model.errors import StoreError
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog

log = logging.getLogger("tasuki.cli")


class NamedStore:
    """Refuses a store that could lose jobs, at the start or when it comes to be there.

    What may pass is waited for: the other parts start meanwhile, and wait for the store each in
    its own way.
    """

    def __init__(self, store: Store, *, allow_unsafe: bool) -> None:
        self._store = store
        self._allow_unsafe = allow_unsafe
        self._judged = False

    async def start(self) -> None:
        """Look once.

        Raises:
            StoreError: the store would lose jobs, or cannot be used for another reason that stays.
        """
        try:
            await self._judge()
        except StoreError as error:
            if not error.transient:
                raise
            log.warning("waiting for the store: %s", error)

    async def run(self) -> None:
        """Look until the store could be judged, and then do nothing until cancelled.

        Raises:
            StoreError: as `start`.
        """
        if not self._judged:
            await OutageLog(log).outlast(self._judge)
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Nothing of it runs here."""

    async def _judge(self) -> None:
        await self._store.check(allow_unsafe=self._allow_unsafe)
        self._judged = True
