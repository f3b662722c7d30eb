"""Clients that are driven by hand, for the threads of one process."""

from collections.abc import Callable
from functools import partial
from threading import Event, Lock

from tasuki.client.blocking.by_hand import drive
from tasuki.client.blocking.group import Group
from tasuki.client.blocking.watching import Watching
from tasuki.client.client import Client
from tasuki.client.session import Session, SessionTerms
from tasuki.store.link.blocking_connection import BlockingConnection
from tasuki.store.link.connection import Connect
from tasuki.store.store import Store

MOST_IDLE = 8
"""How many clients that nobody uses keep their connections."""


class Pool:
    """Gives each call a client of its own while it lasts. They share one group of submissions.

    Raises:
        StoreError: the store is not fit to keep jobs, or cannot be reached.
    """

    def __init__(
        self, open_store: Callable[[Connect], Store], *, allow_unsafe: bool, data_limit: int
    ) -> None:
        self._terms = SessionTerms(data_limit)
        self._closing = Event()
        self._store = open_store(partial(BlockingConnection, closing=self._closing))
        self._group = Group(self._store.producer(), data_limit)
        self._lock = Lock()
        self._idle: list[Client] = []
        self._all: set[Client] = set()
        try:
            drive(self._store.check(allow_unsafe=allow_unsafe))
            drive(self._store.shared.close())
        except BaseException:
            self.drop()
            raise

    def take(self) -> Client:
        """A client that nobody else uses until it is given back."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            own = _Own(self._store.anew(), self._terms, self._group)
            self._all.add(own)
            return own

    def give_back(self, own: Client) -> None:
        """Nobody uses it any more."""
        with self._lock:
            if len(self._idle) < MOST_IDLE and not self._closing.is_set():
                self._idle.append(own)
                return
            self._all.discard(own)
        drive(own.close())

    def close(self) -> None:
        """Let submissions that are under way come to their end, and break off all else."""
        drive(self._group.close())
        self._closing.set()
        self.drop()

    def drop(self) -> None:
        """Close all connections, at once and without a lock: the garbage collector may ask."""
        for own in list(self._all):
            drive(own.close())
        drive(self._store.close())


class _Own(Client):
    """A client on connections of its own, but for its submissions. They open when needed."""

    def __init__(self, store: Store, terms: SessionTerms, group: Group) -> None:
        # The sessions of a client are for event loops, and here is none.
        self._store = store
        watching = Watching(store.shared, store.reader(), store.feed())
        self._session = Session(store, terms, group, watching)

    def _here(self) -> Session:
        return self._session

    async def close(self) -> None:
        await self._store.close()
