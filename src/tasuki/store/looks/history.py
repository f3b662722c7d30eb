"""What happened, in numbers: counters per minute and since the beginning, per type."""

from collections import Counter
from collections.abc import Iterable, Sequence
from time import monotonic

import msgspec

from tasuki.model.job import Time
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.looks.scan import scan
from tasuki.store.looks.view import moment
from tasuki.store.messages.looks import Counters, HistoryRequest

MOST_MINUTES = 48 * 60
FINE_MINUTES = 120
"""Up to how far back minutes are told apart. What is longer ago is kept in sums of ten minutes."""

TEN = 10
MOST_TYPES = 1_000
REST = ""
"""Stands for all types that are not told apart: no type has this name."""

MOST_FRESH = 20_000
STALE_SECONDS = 10.0
"""How old totals may be when there are more counters than these: to read them takes many calls."""

_FIELDS = 4_000
"""About how many counters one call of the store gives."""

_Counters = dict[str, dict[str, int]]


class Minute(msgspec.Struct, frozen=True):
    """The counters of one minute, or of ten: `{type: {event: how many}}`.

    Events are `enqueued`, `completed`, `failed`, `cancelled`, `retried`, `snoozed`, `crashed`,
    `requeued`, `ms` (sum of run times in milliseconds) and buckets of run times; see
    `tasuki.model.run_times`. The type `""` is all those beyond the first 1,000.
    """

    at: Time
    types: dict[str, dict[str, int]]


class Stats(msgspec.Struct, frozen=True):
    """Counters per minute or per ten (`step` minutes), the current one last, and totals."""

    minutes: list[Minute]
    totals: dict[str, dict[str, int]]
    step: int = 1


class History:
    """Reads the counters, in pieces that are too small to hold anybody up."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._read: _Counters = {}
        self._read_again_at = 0.0

    async def stats(self, minutes: int = 60) -> Stats:
        """The counters of the last minutes (at most 2,880, which is two days) and the totals.

        More than 120 minutes come in steps of ten.

        Raises:
            StoreError: the store cannot be reached.
        """
        step = TEN if minutes > FINE_MINUTES else 1
        return Stats(await self.latest(minutes), await self._totals(), step)

    async def latest(self, minutes: int) -> list[Minute]:
        """The counters of the last minutes alone; see `stats`."""
        wanted = max(1, min(minutes, MOST_MINUTES))
        return await (self._tens if wanted > FINE_MINUTES else self.minutes)(wanted)

    async def minutes(self, wanted: int) -> list[Minute]:
        """The counters of the last minutes, at most 120.

        Raises:
            StoreError: the store cannot be reached.
        """
        now = await self._ask("minute", 0, 0)
        first = now.now - wanted + 1
        rows = await self._rows("minute", first, now.now)
        return [
            Minute(moment((first + n) * 60_000), _by_type([flat])) for n, flat in enumerate(rows)
        ]

    async def _tens(self, minutes: int) -> list[Minute]:
        """Whole tens. The last minutes are not in theirs yet, and are added here."""
        now = await self._ask("minute", 0, 0)
        first, last = (now.now - minutes + 1) // TEN, now.now // TEN
        rows = {first + n: [flat] for n, flat in enumerate(await self._rows("ten", first, last))}
        unfolded = max(now.folded + 1, now.now - FINE_MINUTES)
        for n, flat in enumerate(await self._rows("minute", unfolded, now.now)):
            rows.setdefault((unfolded + n) // TEN, []).append(flat)
        return [Minute(moment(ten * TEN * 60_000), _by_type(rows[ten])) for ten in sorted(rows)]

    async def _rows(self, kind: str, first: int, last: int) -> list[list[str]]:
        rows: list[list[str]] = []
        while first + len(rows) <= last:
            rows += (await self._ask(kind, first + len(rows), last)).rows
        return rows

    async def _ask(self, kind: str, first: int, last: int) -> Counters:
        request = HistoryRequest(kind=kind, first=first, last=last, most=_FIELDS)
        return await call(self._link, request)

    async def _totals(self) -> _Counters:
        if monotonic() < self._read_again_at:
            return self._read
        flat: dict[str, str] = {}
        async for pairs in scan(self._link, "HSCAN", "stats"):
            # What comes twice in a scan comes with the same name.
            flat.update(zip(pairs[::2], pairs[1::2], strict=True))
        self._read = _largest(_by_type([[part for pair in flat.items() for part in pair]]))
        if len(flat) > MOST_FRESH:
            self._read_again_at = monotonic() + STALE_SECONDS
        return self._read


def _by_type(rows: Iterable[Sequence[str]]) -> _Counters:
    types: _Counters = {}
    for flat in rows:
        for field, value in zip(flat[::2], flat[1::2], strict=True):
            event, _, type = field.partition(":")
            counters = types.setdefault(type, {})
            counters[event] = counters.get(event, 0) + int(value)
    return types


def _largest(types: _Counters) -> _Counters:
    """The types with the most jobs, and the others in one."""
    if len(types) <= MOST_TYPES:
        return types
    names = sorted(types, key=lambda name: -types[name].get("enqueued", 0))
    rest: Counter[str] = Counter()
    for name in names[MOST_TYPES:]:
        rest.update(types[name])
    return {name: types[name] for name in names[:MOST_TYPES]} | {REST: dict(rest)}
