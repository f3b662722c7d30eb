"""Looks at whether the store does its work, and whether its jobs are worked on."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tasuki.model.errors import StoreError
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.looks.reader import Reader, RunnerInfo
from tasuki.store.looks.view import worker_options
from tasuki.store.messages.checks import ProbeRequest, Unclaimed, UnclaimedRequest
from tasuki.store.safety import check_store

PAGE = 200
"""How many types one call looks at, about."""


class Backlog(NamedTuple):
    """A type of which jobs wait, and which is not paused.

    `claimed` is how many seconds ago one of them was claimed; None if that never happened.
    `concurrency` is how many of them one runner runs at once, if that is known.
    """

    type: str
    waiting: int
    active: int
    claimed: float | None
    concurrency: int | None


class Probe:
    """Questions about the store itself, on a connection that nobody else waits for."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reader = Reader(link)

    async def info(self) -> dict[str, str]:
        """What the store says of itself.

        Raises:
            StoreError: the store cannot be reached, or is loading.
        """
        return await check_store(self._link, allow_unsafe=True)

    async def write(self) -> None:
        """Write something that nobody reads.

        Raises:
            StoreError: what a submission would be refused with.
        """
        await call(self._link, ProbeRequest())

    async def fsync(self) -> str | None:
        """The store's fsync policy; None if it does not say."""
        try:
            reply = await self._link.command("CONFIG", "GET", "appendfsync")
        except StoreError:
            # Hosted stores and least-privilege users cannot read the configuration.
            return None
        return reply[1].decode() if reply else None

    async def backlog(self, cursor: str) -> tuple[str, list[Backlog]]:
        """Look through a part of the types. Gives where to go on, `0` at the end."""
        found = await self._unclaimed([], cursor)
        return found.cursor, _backlogs(found)

    async def backlog_of(self, types: Sequence[str]) -> list[Backlog]:
        """Look at these types."""
        found: list[Backlog] = []
        for start in range(0, len(types), PAGE):
            found += _backlogs(await self._unclaimed(types[start : start + PAGE], "0"))
        return found

    async def runners(self) -> list[RunnerInfo]:
        """All runners that hold a lease."""
        return await self._reader.runners()

    async def _unclaimed(self, types: Sequence[str], cursor: str) -> Unclaimed:
        request = UnclaimedRequest(types=types, cursor=cursor, limit=PAGE)
        return await call(self._link, request)


def _backlogs(found: Unclaimed) -> list[Backlog]:
    return [
        Backlog(
            type,
            waiting,
            active,
            (found.wall - claimed) / 1_000 if claimed else None,
            _concurrency(options),
        )
        for type, waiting, active, claimed, options in found.rows
    ]


def _concurrency(options: str) -> int | None:
    try:
        return worker_options(options).concurrency
    except msgspec.MsgspecError:
        # Whoever wrote it, this is only about how well a cause can be told.
        return None
