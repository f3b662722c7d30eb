"""Tells people that the store is away, without filling the log."""

import logging
import time
from collections.abc import Callable

from tasuki.model.errors import StoreError

QUIET_SECONDS = 10.0


class OutageLog:
    """One line when the store goes away, one every 10 s while it is away, one when it is back."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._since: float | None = None
        self._told = 0.0

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
