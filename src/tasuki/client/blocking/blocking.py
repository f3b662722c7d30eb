"""The client's blocking face."""

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from threading import Lock
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from weakref import finalize

from tasuki.client.blocking.by_hand import drive, drive_each
from tasuki.client.blocking.pool import Pool
from tasuki.client.client import Client
from tasuki.model.errors import InvalidError, StoreUnavailableError

P = ParamSpec("P")
T = TypeVar("T")


def _blocking(
    method: Callable[Concatenate[Client, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["BlockingClient", P], T]:
    """The same method, for callers that are not in an event loop."""

    @wraps(method)
    def call(self: "BlockingClient", *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(lambda client: method(client, *args, **kwargs))

    return call


def _each(
    method: Callable[Concatenate[Client, P], AsyncIterator[T]],
) -> Callable[Concatenate["BlockingClient", P], Iterator[T]]:
    """The same, for a method that is gone through."""

    @wraps(method)
    def call(self: "BlockingClient", *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self.each(lambda client: method(client, *args, **kwargs))

    return call


class BlockingClient:
    """`Client` for code without an event loop: the same methods, but they wait for the answer.

        with tasuki.connect_sync("valkey://localhost:6379/0") as client:
            id = client.enqueue("resize", {"path": "cat.png"})
            print(client.result(id, timeout=60))

    `jobs` and `events` are gone through with a plain `for`. Any number of threads may share one
    client: those that enqueue at the same time share calls of the store, and each that does
    something else has a connection of its own while it does it. There is no other thread and no
    event loop; in a thread that runs one, a call blocks it. In a forked
    child process it connects anew. Ctrl-C ends the wait for an answer.
    """

    def __init__(self, open_pool: Callable[[], Pool]) -> None:
        self._open_pool = open_pool
        self._lock = Lock()
        self._process = os.getpid()
        self._pool: Pool | None = None
        self._closed = False

    enqueue = _blocking(Client.enqueue)
    enqueue_many = _blocking(Client.enqueue_many)
    submit = _blocking(Client.submit)
    get = _blocking(Client.get)
    wait = _blocking(Client.wait)
    result = _blocking(Client.result)
    log = _blocking(Client.log)
    page = _blocking(Client.page)
    counts = _blocking(Client.counts)
    types = _blocking(Client.types)
    type_page = _blocking(Client.type_page)
    runners = _blocking(Client.runners)
    stats = _blocking(Client.stats)
    history = _blocking(Client.history)
    cancel = _blocking(Client.cancel)
    retry = _blocking(Client.retry)
    promote = _blocking(Client.promote)
    remove = _blocking(Client.remove)
    update = _blocking(Client.update)
    bulk = _blocking(Client.bulk)
    pause = _blocking(Client.pause)
    resume = _blocking(Client.resume)
    jobs = _each(Client.jobs)
    events = _each(Client.events)

    def run(self, method: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        """Call a coroutine function with a `Client` that blocks. It must await nothing else."""
        pool = self._here()
        client = pool.take()
        try:
            return drive(method(client))
        except StoreUnavailableError:
            if self._closed:
                raise StoreUnavailableError("the client was closed") from None
            raise
        finally:
            pool.give_back(client)

    def each(self, method: Callable[[Client], AsyncIterator[T]]) -> Iterator[T]:
        """Go through what an asynchronous generator function of a `Client` gives; see `run`."""
        pool = self._here()
        client = pool.take()
        try:
            yield from drive_each(method(client))
        finally:
            pool.give_back(client)

    def open(self) -> None:
        """Connect, unless that was done before. Every other method does so too."""
        self._here()

    def close(self) -> None:
        """Let submissions that are under way come to their end, and close all connections.

        Threads that wait for something else get a StoreUnavailableError.
        """
        self._be_here()
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            self._ending.detach()
            pool.close()

    def _here(self) -> Pool:
        if self._process != os.getpid():
            self._be_here()
        pool = self._pool
        if pool is None:
            pool = self._opened()
        return pool

    def _opened(self) -> Pool:
        with self._lock:
            if self._closed:
                raise InvalidError("this client is closed; connect again")
            if self._pool is None:
                self._pool = self._open_pool()
                self._ending = finalize(self, self._pool.drop)
            return self._pool

    def _be_here(self) -> None:
        """In a forked child, leave the parent's connections alone.

        The lock may have been held in the parent, by a thread that is not there.
        """
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock = Lock()
            if self._pool is not None:
                self._ending.detach()
                self._pool.drop()
                self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
