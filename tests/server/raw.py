"""Speaking HTTP byte by byte."""

import asyncio
from typing import NamedTuple

import httpx

from tasuki.server import Server


class Answer(NamedTuple):
    """One answer as it came. `rest` is what came after it."""

    status: int
    headers: httpx.Headers
    body: bytes
    rest: bytes = b""

    def as_response(self) -> httpx.Response:
        return httpx.Response(self.status, headers=self.headers, content=self.body)


async def connect(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the server."""
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def ask(server: Server, request: str | bytes, seconds: float = 5) -> Answer:
    """Send bytes, and read until the server closes the connection."""
    reader, writer = await connect(server)
    writer.write(request if isinstance(request, bytes) else request.encode())
    try:
        return parse(await asyncio.wait_for(reader.read(), seconds))
    finally:
        writer.close()


def parse(text: bytes) -> Answer:
    """The first answer in a text."""
    head, _, rest = text.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    headers = httpx.Headers([(name, value) for name, _, value in pairs])
    size = int(headers.get("content-length", 0))
    return Answer(int(first.split(" ")[1]), headers, rest[:size], rest[size:])
