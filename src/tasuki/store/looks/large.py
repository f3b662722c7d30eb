"""Data and results that are too large to be carried with others."""

import asyncio
from typing import Literal

from tasuki.store.link.link import CALL_SECONDS, Link, time_for

Place = Literal["data", "results"]


class LargeTexts:
    """Reads them one at a time, each with the time that its size needs.

    They come by a plain command, since a script that carries a large text holds up everybody else,
    and on a connection of their own, since a slow one would hold up what comes after them.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        # A call's time begins when it is sent, not while it waits for those before it.
        self._turn = asyncio.Lock()

    async def read(self, place: Place, id: str, size: int) -> str | None:
        """The JSON text of `size` bytes of a job; None if it is not there any more.

        Raises:
            StoreError: the store cannot be reached.
        """
        seconds = CALL_SECONDS + time_for(size)
        key = self._link.keyspace.key(place)
        async with self._turn:
            text: bytes | None = await self._link.command("HGET", key, id, seconds=seconds)
        return None if text is None else text.decode()
