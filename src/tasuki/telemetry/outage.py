"""A store that is away: told without filling the log, and outlasted."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tasuki.model.errors import StoreError
from tasuki.model.pauses import Pauses

QUIET_SECONDS = 10.0

PAUSES = Pauses(0.05, 2.0)
"""Seconds until a call that had no answer is sent again."""

T = TypeVar("T")


class OutageLog:
    """One line when the store goes away, one every 10 s while it is away, one when it is back."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._since: float | None = None
        self._told = 0.0

    async def outlast(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call until the store answers, and give what it does.

        The pauses in between differ a little, so that many who wait do not come back all at once.

        Raises:
            StoreError: one that will not pass.
        """
        pause = PAUSES.first
        while True:
            try:
                answer = await call()
            except StoreError as error:
                if not error.transient:
                    raise
                self.down(error)
            else:
                self.up()
                return answer
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = PAUSES.after(pause)

    def down(self, error: StoreError) -> None:
        """A call has failed."""
        now = self._clock()
        if self._since is None:
            self._since = now
            self._log.warning("the store does not work, trying again: %s", error)
        elif now - self._told >= QUIET_SECONDS:
            self._log.warning("the store has not worked for %.0f s: %s", now - self._since, error)
        else:
            return
        self._told = now

    def up(self) -> None:
        """A call has worked."""
        if self._since is not None:
            self._log.info("the store works again, after %.1f s", self._clock() - self._since)
            self._since = None
