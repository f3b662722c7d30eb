"""The note in the store that a runner is stopping, so that its end is no crash."""

import asyncio
import logging

from tasuki.model.errors import LeaseLostError, may_pass
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.lease import Lease
from tasuki.store.store import Store

log = logging.getLogger("tasuki.runner")

NOTE_SECONDS = 1.0
"""How long it waits before it tries again to write the note."""


class StopNote:
    """Written once and beside all else, whoever causes the end. What fails costs the note alone."""

    def __init__(self, store: Store, terms: LeaseTerms) -> None:
        self._store = store
        self._terms = terms
        self._writing: asyncio.Task[None] | None = None

    def write(self, identity: str) -> None:
        """Write it for a runner's identity, for as long as that may work."""
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(identity), name="tasuki-stop-note")

    def drop(self) -> None:
        """It is of no use any more."""
        if self._writing is not None:
            self._writing.cancel()

    async def _write(self, identity: str) -> None:
        lease = Lease(self._store.shared, self._terms, identity)
        while True:
            try:
                await lease.heartbeat({"stopping": "1"})
                return
            except LeaseLostError:
                return
            except Exception as error:
                if not may_pass(error):
                    log.exception("that this runner is stopping cannot be written down")
                    return
                log.debug("that this runner is stopping could not be written down: %s", error)
            await asyncio.sleep(NOTE_SECONDS)
