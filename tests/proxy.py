"""A network between a client and the store that can be told to fail.

It runs in a thread of its own, so blocking and async tests and other processes can use it alike:

    with proxy_to(store_url) as proxy:
        client = await tasuki.connect(proxy.url)
        proxy.drop_reply_once(b"FCALL")
        await client.enqueue("email")
"""

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK = 1 << 20


class Proxy:
    """Passes everything on at first. `requests` is what clients have sent, in the order it came.

    With `rate` each direction of a connection carries so many bytes a second, and no more.
    """

    def __init__(self, target: Path, socket: Path, rate: float | None = None) -> None:
        self.url = f"unix://{socket}"
        self.requests: list[bytes] = []
        self._target = target
        self._seconds_for_a_byte = 1 / rate if rate else 0.0
        self._socket = socket
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._doomed: bytes | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self.accept()

    # --------------------------------------------------------------------- what can be told

    def accept(self) -> None:
        """Let clients connect, after `refuse`."""
        self._do(self._listen)

    def pass_on(self) -> None:
        """Let everything through again, and what was held back first."""
        self._do(self._flows.set)

    def black_hole(self) -> None:
        """Hold everything back, on old and new connections, until `pass_on`."""
        self._do(self._flows.clear)

    def drop_reply_once(self, request: bytes) -> None:
        """Let the next request with these bytes reach the store, but cut instead of replying."""
        self._doomed = request

    def cut(self) -> None:
        """Close all connections. New ones are accepted."""
        self._do(self._cut)

    def refuse(self) -> None:
        """Close all connections, and refuse new ones until `accept`."""
        self._do(self._close)

    def stop(self) -> None:
        self._do(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def count(self, needle: bytes) -> int:
        """How many requests had these bytes in them."""
        return sum(needle in request for request in self.requests)

    # ------------------------------------------------------------------------ in the thread

    def _do(self, what: Callable[[], object]) -> None:
        async def call() -> None:
            result = what()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_unix_server(self._connected, self._socket)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _connected(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        connection = asyncio.ensure_future(self._carry(client, to_client))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        # Also when it was cancelled before it had begun.
        connection.add_done_callback(lambda _: to_client.close())

    async def _carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            store, to_store = await asyncio.open_unix_connection(self._target)
        except OSError:
            return
        doomed = asyncio.Event()

        async def requests() -> None:
            while data := await client.read(CHUNK):
                self.requests.append(data)
                if self._doomed is not None and self._doomed in data:
                    self._doomed = None
                    doomed.set()
                await self._flows.wait()
                await asyncio.sleep(len(data) * self._seconds_for_a_byte)
                to_store.write(data)

        async def replies() -> None:
            while data := await store.read(CHUNK):
                await self._flows.wait()
                if doomed.is_set():
                    return
                await asyncio.sleep(len(data) * self._seconds_for_a_byte)
                to_client.write(data)

        directions = [asyncio.ensure_future(requests()), asyncio.ensure_future(replies())]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            with suppress(OSError):
                to_store.close()


@contextmanager
def proxy_to(url: str, *, rate: float | None = None) -> Iterator[Proxy]:
    """A proxy in front of a store on a unix socket; see `Proxy`."""
    with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
        proxy = Proxy(Path(url.removeprefix("unix://")), Path(name) / "proxy.sock", rate)
        try:
            yield proxy
        finally:
            proxy.stop()
