"""The client's blocking face."""

import os
from collections.abc import Callable, Coroutine
from functools import wraps
from threading import Lock
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from weakref import finalize

from tasuki.client.client import Client
from tasuki.client.loop_thread import LoopThread
from tasuki.model.errors import InvalidError

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


class BlockingClient:
    """`Client` for code without an event loop: the same methods, but they wait for the answer.

        with tasuki.connect_sync("valkey://localhost:6379/0") as client:
            id = client.enqueue("resize", {"path": "cat.png"})
            print(client.result(id, timeout=60))

    Any number of threads may share one. It works in a thread of its own, which starts with the
    first call, and ends when it is closed or nobody holds it any more. In a forked child process it
    connects anew. Ctrl-C ends the wait for an answer.
    """

    def __init__(self, connect: Callable[[], Coroutine[Any, Any, Client]]) -> None:
        self._connect = connect
        self._lock = Lock()
        self._process = os.getpid()
        self._opened: tuple[LoopThread, Client] | None = None
        self._closed = False

    enqueue = _blocking(Client.enqueue)
    enqueue_many = _blocking(Client.enqueue_many)
    submit = _blocking(Client.submit)
    get = _blocking(Client.get)
    wait = _blocking(Client.wait)
    result = _blocking(Client.result)
    counts = _blocking(Client.counts)
    cancel = _blocking(Client.cancel)
    retry = _blocking(Client.retry)
    remove = _blocking(Client.remove)

    def run(self, method: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        """Call a coroutine function with the `Client` behind this one, in its event loop."""
        thread, client = self._session()
        return thread.run(method(client))

    def open(self) -> None:
        """Connect, unless that was done before. Every other method does so too."""
        self._session()

    def _session(self) -> tuple[LoopThread, Client]:
        self._be_here()
        with self._lock:
            if self._closed:
                raise InvalidError("this client is closed; connect again")
            if self._opened is None:
                thread = LoopThread()
                try:
                    self._opened = thread, thread.run(self._connect())
                except BaseException:
                    thread.stop()
                    raise
                self._ending = finalize(self, _let_go, *self._opened)
                # At the end of the program there is nothing that would have to be freed.
                self._ending.atexit = False
            return self._opened

    def close(self) -> None:
        """Let submissions that are under way come to their end, and end the thread."""
        self._be_here()
        with self._lock:
            self._closed = True
            if self._opened is not None:
                thread, client = self._opened
                self._opened = None
                self._ending.detach()
                thread.run(client.close())
                thread.stop()

    def _be_here(self) -> None:
        """In a forked child, forget the thread, which is not there, and the parent's connections.

        The lock may have been held in the parent, by a thread that is not there either.
        """
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock = Lock()
            if self._opened is not None:
                self._ending.detach()
                self._opened = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _let_go(thread: LoopThread, client: Client) -> None:
    """What is left to do when nobody holds a client any more that has not been closed."""
    thread.let_go(client.close)
