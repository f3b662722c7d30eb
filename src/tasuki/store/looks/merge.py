"""The first members of many sorted sets together, without reading all of each."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.messages.looks import PageRequest
from tasuki.wire.record import decode_number

MOST_SETS = 200
"""How many sets one call asks from their start."""

MOST_PLACES = 50
"""How many sets one call asks from a place on, which has to be found first."""

MOST_ENTRIES = 2_000
"""How many members one call gives."""


class Member(NamedTuple):
    """A member of a sorted set, and its score as the store writes it."""

    id: str
    score: str

    @property
    def order(self) -> tuple[float, str]:
        """By which members of several sets are put in one order."""
        return decode_number(self.score), self.id


class _Source:
    """One set, and what has been read of it."""

    def __init__(self, name: str, place: Member) -> None:
        self.name = name
        self.last = place
        self.members: list[Member] = []
        self.more = True


class Merge:
    """Reads ahead in those sets only that have what comes next."""

    def __init__(self, link: Link, names: Sequence[str], place: Member, *, reverse: bool) -> None:
        self._link = link
        self._sources = [_Source(name, place) for name in names]
        self._reverse = reverse

    async def first(self, limit: int) -> list[Member]:
        """The first members after the place, over all sets; fewer when there are no more.

        Raises:
            StoreError: the store cannot be reached.
        """
        await self._read(self._sources, limit)
        while True:
            members = self._sorted(member for source in self._sources for member in source.members)
            short = self._short(members[:limit], limit)
            if not short:
                return members[:limit]
            await self._read(short, limit)

    def _sorted(self, members: Iterable[Member]) -> list[Member]:
        return sorted(members, key=lambda member: member.order, reverse=self._reverse)

    def _short(self, members: list[Member], limit: int) -> list[_Source]:
        """Those that may have members before the last one of these."""
        open_ones = [source for source in self._sources if source.more]
        if len(members) < limit:
            return open_ones
        last = members[-1].order
        if self._reverse:
            return [source for source in open_ones if source.last.order > last]
        return [source for source in open_ones if source.last.order < last]

    async def _read(self, sources: Sequence[_Source], limit: int) -> None:
        each = max(1, min(limit, MOST_ENTRIES // max(1, min(len(sources), MOST_SETS))))
        at = 0
        while at < len(sources):
            most = MOST_PLACES if sources[at].last.id else MOST_SETS
            await self._ask(sources[at : at + most], each)
            at += most

    async def _ask(self, sources: Sequence[_Source], each: int) -> None:
        request = PageRequest(
            sets=[(source.name, source.last.score, source.last.id) for source in sources],
            reverse=self._reverse,
            limit=each,
        )
        pages = await call(self._link, request)
        for source, flat in zip(sources, pages, strict=True):
            found = [Member(*pair) for pair in zip(flat[::2], flat[1::2], strict=True)]
            source.members += found
            source.more = len(found) == each
            source.last = found[-1] if found else source.last
