"""Passes on that suspects wait, but not at every exchange."""

import time
from collections.abc import Collection

from tasuki.workers.watcher import Watcher

AGAIN_SECONDS = 1.0
"""How often a watcher is told at most."""


class SuspectNews:
    """Tells a watcher that jobs of its types wait for a runner that runs them apart."""

    def __init__(self, types: Collection[str], watcher: Watcher) -> None:
        self._types = frozenset(types)
        self._watcher = watcher
        self._told = 0.0

    def seen(self, types: list[str]) -> None:
        """The store has suspects of these types."""
        now = time.monotonic()
        if now - self._told > AGAIN_SECONDS and not self._types.isdisjoint(types):
            self._told = now
            self._watcher.suspects(len(types))
