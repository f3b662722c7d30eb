"""A connection in an event loop."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from tasuki.store.address import Address
from tasuki.store.link.connection import check_greeted, greeting
from tasuki.store.link.resp import UNFINISHED, NonsenseError, RefusalError, reply_reader

_AT_ONCE = 65_536
"""How many bytes are read at once."""


class AsyncConnection:
    """Carries any number of calls at once: what is sent is answered in the same order.

    A caller that is cancelled does not disturb the others: its reply is read and dropped. If it was
    alone, the connection is dropped, since its call may block and take what is for others.
    """

    def __init__(self, address: Address, name: str) -> None:
        self._address = address
        self._name = name
        self._opening = asyncio.Lock()
        self._stream: _Stream | None = None

    async def call(self, packed: bytes, seconds: float) -> Any:
        """See `Connection`."""
        end = asyncio.get_running_loop().time() + seconds
        stream = self._stream
        if stream is None or stream.lost:
            async with asyncio.timeout_at(end):
                stream = await self._open(end)
        return await stream.call(packed, end)

    async def pause(self, seconds: float) -> None:
        """Sleep, while others may work."""
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """See `Connection`. Who still waits for a reply is told that the connection was lost."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.end(ConnectionAbortedError("the connection was closed"))

    async def _open(self, end: float) -> "_Stream":
        async with self._opening:
            if self._stream is None or self._stream.lost:
                stream = await _connected(self._address)
                try:
                    await stream.greet(greeting(self._address, self._name), end)
                except BaseException:
                    stream.end(ConnectionAbortedError("the connection was not made"))
                    raise
                self._stream = stream
            return self._stream


async def _connected(address: Address) -> "_Stream":
    loop = asyncio.get_running_loop()
    if address.path:
        return (await loop.create_unix_connection(_Stream, address.path))[1]
    transport, stream = await loop.create_connection(
        _Stream,
        address.host,
        address.port,
        ssl=address.tls,
        server_hostname=address.host if address.tls else None,
    )
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return stream


class _Stream(asyncio.BufferedProtocol):
    """One connection from its beginning to its end."""

    def __init__(self) -> None:
        self.lost = False
        self._loop = asyncio.get_running_loop()
        self._reader = reply_reader()
        # It takes any buffer, though its types know of text and bytes alone.
        self._feed: Callable[[bytearray, int, int], None] = cast("Any", self._reader).feed
        # One for all that comes: one for each time would be asked of the system, and given back.
        self._buffer = bytearray(_AT_ONCE)
        self._calls: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._feed(self._buffer, 0, nbytes)
        try:
            while (reply := self._reader.gets()) is not UNFINISHED:
                if not self._calls:
                    raise NonsenseError
                future, _ = self._calls.popleft()
                if future.done():
                    continue
                if isinstance(reply, RefusalError):
                    future.set_exception(reply)
                else:
                    future.set_result(reply)
        except NonsenseError as error:
            self.end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(exc or ConnectionResetError("it closed the connection"))

    async def greet(self, commands: list[bytes], end: float) -> None:
        futures = [self._expect(end) for _ in commands]
        self._transport.write(b"".join(commands))
        check_greeted(await asyncio.gather(*futures, return_exceptions=True))
        # What is no refusal, such as the loss of the connection, ends it as well.
        for future in futures:
            if not isinstance(future.exception(), RefusalError | None):
                await future

    async def call(self, packed: bytes, end: float) -> Any:
        future = self._expect(end)
        self._transport.write(packed)
        try:
            return await future
        except asyncio.CancelledError:
            if self._calls and all(other.done() for other, _ in self._calls):
                self.end(ConnectionAbortedError("its only call was cancelled"))
            raise

    def end(self, error: Exception) -> None:
        """Drop the connection. Whose time is over gets a TimeoutError, the others this error."""
        if not self.lost:
            self.lost = True
            self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._loop.time()
        while self._calls:
            future, end = self._calls.popleft()
            if not future.done():
                future.set_exception(TimeoutError() if end <= now else error)

    def _expect(self, end: float) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        self._calls.append((future, end))
        # One timer for all: to set one for each call would cost as much as packing it.
        if self._timer is None or end < self._timer.when():
            self._ring_at(end)
        return future

    def _ring_at(self, end: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(end, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if not self._calls:
            return
        first = min(end for _, end in self._calls)
        if first <= self._loop.time():
            self.end(ConnectionAbortedError("a call before this one took too long"))
        else:
            self._ring_at(first)
