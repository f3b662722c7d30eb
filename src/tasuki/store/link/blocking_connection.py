"""A connection without an event loop: its coroutines never wait for anybody but the store.

So they can be driven by hand, by `coroutine.send(None)`; see `tasuki.client.blocking.by_hand`.
"""

import socket
from threading import Event
from time import monotonic
from typing import Any

from tasuki.model.errors import StoreUnavailableError
from tasuki.store.address import Address
from tasuki.store.link.connection import check_greeted, greeting
from tasuki.store.link.resp import UNFINISHED, RefusalError, reply_reader

_AT_ONCE = 65_536
"""How many bytes are read at once."""

_NEAR = 0.05
"""By how many seconds the time limit of a socket may be off: to set it costs a system call."""


_CLOSED = "the client was closed"


class BlockingConnection:
    """Carries one call at a time, for one thread at a time.

    `closing` is set when whoever this is for goes: nobody pauses any longer then. Until that, it is
    closed by who uses it, or in a forked child, where it is the parent's.
    """

    def __init__(self, address: Address, name: str, *, closing: Event) -> None:
        self._address = address
        self._name = name
        self._closing = closing
        self._socket: socket.socket | None = None
        self._reader = reply_reader()
        self._limit = 0.0
        self._busy = False

    async def call(self, packed: bytes, seconds: float) -> Any:
        """See `Connection`. Ctrl-C ends it, and drops the connection."""
        if self._closing.is_set():
            raise StoreUnavailableError(_CLOSED)
        self._busy = True
        end = monotonic() + seconds
        try:
            [reply] = self._exchange(self._socket or self._connect(end), packed, 1, end)
        except BaseException:
            self._drop()
            raise
        finally:
            self._busy = False
        if isinstance(reply, RefusalError):
            raise reply
        return reply

    async def pause(self, seconds: float) -> None:
        """Block for some time.

        Raises:
            StoreUnavailableError: whoever this is for goes.
        """
        if self._closing.wait(seconds):
            raise StoreUnavailableError(_CLOSED)

    async def close(self) -> None:
        """See `Connection`. A call of another thread ends as if the connection was lost."""
        connected = self._socket
        if connected is None:
            return
        if self._busy and self._closing.is_set():
            # The thread that waits closes it. Closed from here, its number might be another's.
            try:
                connected.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is lost already
                return
        else:
            self._drop()

    def _connect(self, end: float) -> socket.socket:
        connected = _connected(self._address, _left(end))
        self._socket = connected
        self._reader = reply_reader()
        self._limit = 0.0
        commands = greeting(self._address, self._name)
        check_greeted(self._exchange(connected, b"".join(commands), len(commands), end))
        return connected

    def _exchange(
        self, connected: socket.socket, packed: bytes, count: int, end: float
    ) -> list[Any]:
        self._limit_to(connected, end)
        connected.sendall(packed)
        replies: list[Any] = []
        while len(replies) < count:
            reply = self._reader.gets()
            if reply is not UNFINISHED:
                replies.append(reply)
                continue
            self._limit_to(connected, end)
            data = connected.recv(_AT_ONCE)
            if not data:
                raise ConnectionResetError("it closed the connection")
            self._reader.feed(data)
        return replies

    def _limit_to(self, connected: socket.socket, end: float) -> None:
        left = _left(end)
        if abs(left - self._limit) > min(_NEAR, left / 2):
            connected.settimeout(left)
            self._limit = left

    def _drop(self) -> None:
        connected, self._socket = self._socket, None
        if connected is not None:
            connected.close()


def _connected(address: Address, seconds: float) -> socket.socket:
    if address.path:
        connected = socket.socket(socket.AF_UNIX)
        try:
            connected.settimeout(seconds)
            connected.connect(address.path)
        except BaseException:
            connected.close()
            raise
        return connected
    tls = address.tls
    connected = socket.create_connection((address.host, address.port), timeout=seconds)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if tls:
            return tls.wrap_socket(connected, server_hostname=address.host)
    except BaseException:
        connected.close()
        raise
    return connected


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
