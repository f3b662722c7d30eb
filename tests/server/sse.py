"""A client of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx


class Seen(NamedTuple):
    """One event as a browser would see it. `position` is the last id by then."""

    what: str
    data: Any
    position: str


class Stream:
    """Reads events one after the other."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.position = ""
        self.comments: list[str] = []
        self._lines = response.aiter_lines()

    async def next(self, seconds: float = 5) -> Seen:
        """The next event; StopAsyncIteration at the end."""
        async with asyncio.timeout(seconds):
            what, data = "", ""
            while True:
                line = await anext(self._lines)
                name, _, value = line.partition(": ")
                match name:
                    case "":
                        if line.startswith(":"):
                            self.comments.append(line)
                        elif what:
                            return Seen(what, json.loads(data), self.position)
                    case "event":
                        what = value
                    case "data":
                        data = value
                    case "id":
                        self.position = value
                    case _:
                        self.comments.append(line)

    async def take(self, count: int) -> list[Seen]:
        return [await self.next() for _ in range(count)]


@asynccontextmanager
async def listen(
    http: httpx.AsyncClient, query: str = "", after: str | None = None
) -> AsyncIterator[Stream]:
    """An open stream; it is live when this returns."""
    headers = {} if after is None else {"Last-Event-ID": after}
    async with http.stream("GET", f"/api/v1/events{query}", headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        yield Stream(response)
