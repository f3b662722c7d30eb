"""Looking at types, a page at a time: there may be very many."""

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

import msgspec

from tasuki.model.state import FINISHED, State
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.looks.history import History
from tasuki.store.looks.scan import scan
from tasuki.store.messages.looks import CountsRequest

CHUNK = 200
"""How many types one script call looks at."""

TYPES_LISTED = 200
"""How many types a page has that nobody asked more of."""

MOST_FRESH = 2_000
STALE_SECONDS = 5.0
"""How old the counts of all types may be when there are more types than these."""

_STIR = ("enqueued", *FINISHED, "retried", "crashed")


class TypeInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A type, and how many of its jobs are in each state: a field for each."""

    type: str
    paused: bool
    waiting: int
    scheduled: int
    active: int
    completed: int
    failed: int
    cancelled: int

    @property
    def counts(self) -> dict[State, int]:
        """How many of its jobs are in each state."""
        return {state: getattr(self, state) for state in State}


class TypePage(NamedTuple):
    """Some types, and the name after which to ask for the next ones (None: there are no more)."""

    types: list[TypeInfo]
    after: str | None


class TypeReader:
    """Reads the types of a namespace and how many jobs they have."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._history = History(link)
        self._read: list[TypeInfo] = []
        self._read_again_at = 0.0

    async def names(self) -> list[str]:
        """All types that have jobs, a worker or a pause, or had one in the last day, sorted."""
        names: set[str] = set()
        async for flat in scan(self._link, "HSCAN", "types"):
            names.update(flat[::2])
        return sorted(names)

    async def with_work(self) -> list[str]:
        """Those that may have waiting jobs, sorted."""
        names: set[str] = set()
        async for flat in scan(self._link, "SSCAN", "live"):
            names.update(flat)
        return sorted(names)

    async def ripening(self, state: State) -> list[str]:
        """Those that have jobs in a finished state, sorted."""
        names: set[str] = set()
        start = f"{state}:"
        async for flat in scan(self._link, "ZSCAN", "ripe", match=f"{start}*"):
            names.update(member.removeprefix(start) for member in flat[::2])
        return sorted(names)

    async def known(self, name: str) -> bool:
        """Whether anything is known of a type."""
        key = self._link.keyspace.key("types")
        return bool(await self._link.command("HEXISTS", key, name))

    async def page(
        self, *, limit: int = TYPES_LISTED, after: str | None = None, text: str = ""
    ) -> TypePage:
        """Some types, those with `text` in their names.

        The first page has those in which the most happened lately. From there on, with `after`, all
        of them come by their names.

        Raises:
            StoreError: the store cannot be reached.
        """
        wanted = text.casefold()
        names = [name for name in await self.names() if wanted in name.casefold()]
        if after is not None:
            names = [name for name in names if name > after]
            chosen = names[:limit]
            behind = chosen[-1] if len(names) > limit else None
        elif len(names) > limit:
            chosen, behind = sorted((await self._busiest(names))[:limit]), ""
        else:
            chosen, behind = names, None
        return TypePage(await self.counts(chosen), behind)

    async def _busiest(self, names: Sequence[str]) -> list[str]:
        stir: dict[str, int] = dict.fromkeys(await self.with_work(), 1)
        for minute in await self._history.minutes(2):
            for type, events in minute.types.items():
                stir[type] = stir.get(type, 0) + sum(events.get(event, 0) for event in _STIR)
        return sorted(names, key=lambda name: (-stir.get(name, 0), name))

    async def _all(self) -> list[TypeInfo]:
        if monotonic() < self._read_again_at:
            return self._read
        names = await self.names()
        self._read = await self.counts(names)
        if len(names) > MOST_FRESH:
            self._read_again_at = monotonic() + STALE_SECONDS
        return self._read

    async def counts(self, names: Sequence[str] | None = None) -> list[TypeInfo]:
        """How many jobs of each type are in which state. All of very many may be 5 s old.

        Raises:
            StoreError: the store cannot be reached.
        """
        if names is None:
            return await self._all()
        infos: list[TypeInfo] = []
        for start in range(0, len(names), CHUNK):
            chunk = names[start : start + CHUNK]
            rows = await call(self._link, CountsRequest(types=chunk))
            infos += [
                TypeInfo(type=name, paused=bool(paused), **counts)
                for name, (counts, paused) in zip(chunk, rows, strict=True)
            ]
        return infos
