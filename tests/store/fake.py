"""A server that answers as it is told, for what a real one does not do on request."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

OK = b"+OK\r\n"


class FakeStore:
    """Gives one fixed reply to each command, by its first word; `default` to the others.

    A reply of None is silence. `seen` holds the first words of what arrived.
    """

    def __init__(self, default: bytes | None = OK, **replies: bytes | None) -> None:
        self.seen: list[str] = []
        self._default = default
        self._replies: Mapping[str, bytes | None] = {"CLIENT": OK, "SELECT": OK} | replies

    def say(self, **replies: bytes | None) -> None:
        """Give other replies from now on."""
        self._replies = {**self._replies, **replies}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve, and give the URL."""
        with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
            socket = Path(name) / "s"
            server = await asyncio.start_unix_server(self.serve, socket)
            try:
                yield f"unix://{socket}"
            finally:
                server.close()

    @asynccontextmanager
    async def serving_securely(self, certificate: Path, key: Path) -> AsyncIterator[str]:
        """Serve over TLS, and give the URL."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=context)
        try:
            yield f"valkeys://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection."""
        try:
            while line := await reader.readline():
                words = [await self._word(reader) for _ in range(int(line[1:]))]
                self.seen.append(words[0].decode())
                reply = self._replies.get(self.seen[-1], self._default)
                if reply is not None:
                    writer.write(reply)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    @staticmethod
    async def _word(reader: asyncio.StreamReader) -> bytes:
        length = int((await reader.readline())[1:])
        return (await reader.readexactly(length + 2))[:-2]


def text(value: str) -> bytes:
    """A reply that is a text."""
    data = value.encode()
    return b"$%d\r\n%b\r\n" % (len(data), data)


def texts(*values: str) -> bytes:
    """A reply that is a list of texts."""
    return b"*%d\r\n" % len(values) + b"".join(text(value) for value in values)
