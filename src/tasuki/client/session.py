"""What a client works with in one event loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from tasuki.client.coalescer import Coalescer
from tasuki.client.waiting import Waiting
from tasuki.store.store import Store


class Session:
    """The parts that talk to the store, all bound to the event loop that is running now.

    A store of its own is closed when the loop comes to its end, as at the end of `asyncio.run`,
    or when nobody holds the session any more.
    """

    def __init__(self, store: Store, *, owns_store: bool, data_limit: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.coalescer = Coalescer(store.producer(), data_limit)
        self.reader = store.reader()
        self.operator = store.operator()
        self.waiting = Waiting(self.reader, store.feed())
        self._keeper = _begun(_open_until_the_end(store)) if owns_store else None

    async def close(self) -> None:
        """Let submissions that are under way come to their end, and stop waiting for jobs."""
        await self.coalescer.close()
        await self.waiting.close()
        if self._keeper is not None:
            await self._keeper.aclose()


async def _open_until_the_end(store: Store) -> AsyncGenerator[None, None]:
    """Closes the store when it ends: an event loop ends the generators that have begun in it."""
    try:
        yield
    finally:
        await store.close()


def _begun(generator: AsyncGenerator[None, None]) -> AsyncGenerator[None, None]:
    with suppress(StopIteration):
        generator.asend(None).send(None)
    return generator
