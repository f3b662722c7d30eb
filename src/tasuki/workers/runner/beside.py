"""Runs suspects in a program of the user's own, where there is no supervisor to run them apart."""

import asyncio
import logging
from collections.abc import Callable

from tasuki.model.errors import LeaseLostError, may_pass
from tasuki.workers.runner.life import Life
from tasuki.workers.watcher import Unwatched

log = logging.getLogger("tasuki.runner")


class Beside(Unwatched):
    """A second life of the runner, with a lease of its own, for as long as there are suspects.

    It runs one at a time. So a job that ends the program is found out, although not without what
    runs next to it.
    """

    def __init__(self, make: Callable[[], Life]) -> None:
        self._make = make
        self._life: Life | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def suspects(self, waiting: int) -> None:
        """Begin, unless it has begun already. It ends by itself."""
        if self._task is None and not self._stopping:
            self._task = asyncio.create_task(self._live(), name="tasuki-beside")

    async def drain(self) -> None:
        """Take nothing more."""
        self._stopping = True
        if self._life is not None:
            await self._life.drain()

    def abandon(self, *, unasked: bool) -> None:
        """End soon, releasing what still runs."""
        self._stopping = True
        if self._life is not None:
            self._life.abandon(unasked=unasked)

    async def ended(self) -> None:
        """Wait until it does nothing more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _live(self) -> None:
        life = self._life = self._make()
        try:
            await life.register()
            await life.run()
            await life.leave()
        except LeaseLostError as error:
            log.warning("%s: the job that ran apart was taken back", error)
            await life.wind_down()
        except Exception as error:
            if may_pass(error):
                log.debug("suspects wait for the store: %s", error)
            else:
                log.exception("what runs suspects has failed")
        finally:
            self._life = self._task = None
            await life.close()
