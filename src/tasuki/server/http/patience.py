"""Requests that take long on purpose: they end when the client leaves or the server stops."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.types import Receive

T = TypeVar("T")


class Patience:
    """Lets handlers wait for as long as there is somebody to answer, and a server to do it."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    def end(self) -> None:
        """Let nobody wait any longer: the server stops."""
        self._over.set()

    async def lend(self, waiting: Coroutine[Any, Any, T], request: Request) -> T | None:
        """What `waiting` comes to; None when the client left or the server stops before."""
        task = asyncio.create_task(waiting)
        others = [
            asyncio.create_task(until_gone(request.receive)),
            asyncio.create_task(self._over.wait()),
        ]
        try:
            await asyncio.wait([task, *others], return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            for each in (task, *others):
                each.cancel()
            await asyncio.gather(task, *others, return_exceptions=True)


async def until_gone(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
