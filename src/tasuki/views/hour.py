"""The last hour in counters, kept so that looking again reads only its newest minutes."""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from tasuki.client import Client
from tasuki.store.health import Health
from tasuki.store.looks.history import Minute
from tasuki.views.figures import read_stats

MINUTES = 60
FULL_SECONDS = 60.0
"""How often all minutes are read again; fewer than two minutes begin in between."""
FRESH = 2
"""So many minutes may still change, and one more may have begun at the next look."""

Counters = Mapping[str, int]


class Hour:
    """Counters of the last hour, by minute and by type."""

    def __init__(self, client: Client, health: Health) -> None:
        self._client, self._health = client, health
        self._full_at = 0.0
        self._types: list[Minute] = []
        self._sums: list[tuple[datetime, Counters]] = []
        self._settled: dict[str, Counter[str]] = {}
        self._fresh: list[Minute] = []
        self.totals: Counters = {}

    async def look(self) -> None:
        """Read what may have changed.

        Raises:
            StoreError: the counters cannot be had.
        """
        now = time.monotonic()
        if not self._types or now - self._full_at >= FULL_SECONDS:
            stats = await read_stats(self._client, self._health, MINUTES)
            self._full_at = now
            self._types = stats.minutes[:-FRESH]
            self._sums = [(minute.at, _added(minute.types)) for minute in self._types]
            self._settled = _by_type(self._types)
            self._fresh = stats.minutes[-FRESH:]
        else:
            stats = await read_stats(self._client, self._health, FRESH + 1)
            self._fresh = [each for each in stats.minutes if each.at > self._types[-1].at]
        self.totals = _added(stats.totals)

    def minutes(self) -> list[tuple[datetime, Counters]]:
        """When each minute began, and its counters over all types."""
        fresh = [(minute.at, _added(minute.types)) for minute in self._fresh]
        return [*self._sums, *fresh][-MINUTES:]

    def of_type(self, type: str) -> Counters:
        """The counters of a type over the hour."""
        counters = Counter(self._settled.get(type, {}))
        for minute in self._fresh:
            counters.update(minute.types.get(type, {}))
        return counters

    def trend(self, type: str, event: str) -> list[int]:
        """One counter of a type, minute by minute."""
        minutes = [*self._types, *self._fresh][-MINUTES:]
        return [minute.types.get(type, {}).get(event, 0) for minute in minutes]


def _added(types: Mapping[str, Counters]) -> Counters:
    total: Counter[str] = Counter()
    for counters in types.values():
        total.update(counters)
    return total


def _by_type(minutes: list[Minute]) -> dict[str, Counter[str]]:
    types: dict[str, Counter[str]] = {}
    for minute in minutes:
        for type, counters in minute.types.items():
            types.setdefault(type, Counter()).update(counters)
    return types
