"""What a client works with: the parts that talk to the store, where it is called."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import NamedTuple, Protocol

from tasuki.client.coalescer import Coalescer
from tasuki.client.waiting import Waiting
from tasuki.model.job import JobInfo
from tasuki.model.retention import Retention
from tasuki.store.producer import Submission
from tasuki.store.store import Store


class Submitting(Protocol):
    """Makes jobs; see `Coalescer`."""

    async def submit(self, submission: Submission, place: str = "") -> list[int]:
        """Make the jobs of a submission, and give their ids."""
        ...


class Ended(Protocol):
    """Tells when jobs end; see `Waiting`."""

    async def ended(self, id: int, seconds: float | None = None) -> JobInfo:
        """Wait until a job has ended, and give what is known of it."""
        ...


class SessionTerms(NamedTuple):
    """How many bytes the data of a job may have, and how long cancelled ones are kept."""

    data_limit: int
    retention: Retention | None = None


class Session:
    """The parts, all on the connections of one store."""

    def __init__(
        self, store: Store, terms: SessionTerms, coalescer: Submitting, waiting: Ended
    ) -> None:
        self.store = store
        self.data_limit = terms.data_limit
        self.coalescer = coalescer
        self.waiting = waiting
        self.reader = store.reader()
        self.listing = store.listing()
        self.history = store.history()
        self.operator = store.operator(terms.retention)
        self.bulk = store.bulk(terms.retention)


class LoopSessions:
    """A session for each event loop. The store that was handed in is for the first one alone."""

    def __init__(self, store: Store, terms: SessionTerms, *, owns_store: bool) -> None:
        self._store = store
        self._terms = terms
        self._owns_store = owns_store
        self._home: asyncio.AbstractEventLoop | None = None
        self._sessions: dict[asyncio.AbstractEventLoop, _LoopSession] = {}
        self._session: _LoopSession | None = None
        with suppress(RuntimeError):  # no loop is running: the first call finds one
            self._session = self._open(asyncio.get_running_loop())

    def here(self) -> Session:
        """The session of the running event loop."""
        loop = asyncio.get_running_loop()
        session = self._session
        if session is None or session.loop is not loop:
            session = self._session = self._sessions.get(loop) or self._open(loop)
        return session

    async def close(self) -> None:
        """Close the session of the running event loop."""
        self._session = None
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    def _open(self, loop: asyncio.AbstractEventLoop) -> "_LoopSession":
        for ended in [known for known in self._sessions if known.is_closed()]:
            self._sessions.pop(ended, None)
        self._home = self._home or loop
        first = self._home is loop
        session = self._sessions[loop] = _LoopSession(
            loop,
            self._store if first else self._store.anew(),
            self._terms,
            owns_store=self._owns_store or not first,
        )
        return session


class _LoopSession(Session):
    """A session of one event loop.

    A store of its own is closed when the loop comes to its end, as at the end of `asyncio.run`,
    or when nobody holds the session any more.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        store: Store,
        terms: SessionTerms,
        *,
        owns_store: bool,
    ) -> None:
        self.loop = loop
        self._submitting = Coalescer(store.producer(), terms.data_limit)
        self._waits = Waiting(store.reader(), store.feed())
        self._keeper = _begun(_open_until_the_end(store)) if owns_store else None
        super().__init__(store, terms, self._submitting, self._waits)

    async def close(self) -> None:
        await self._submitting.close()
        await self._waits.close()
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
