"""The routes of the native API as data: what is served and what is described are one table."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

API = "/api/v1"

Handler = Callable[[Request], Awaitable[ASGIApp]]


class Header(NamedTuple):
    """A header of a request or an answer."""

    name: str
    description: str
    schema: Mapping[str, Any]


class Operation(NamedTuple):
    """One method of one path.

    `answers` are the statuses and what is sent with them: a type, a tuple of types, None for
    nothing, or the name of a media type that is not JSON. `problems` are the codes that it can
    answer with, besides those that every operation can. `query` is a struct of its parameters, and
    `body` of what is sent.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    answers: Mapping[int, Any]
    problems: tuple[str, ...] = ()
    query: type[Any] | None = None
    body: type[Any] | None = None
    headers: tuple[Header, ...] = ()
    answer_headers: tuple[Header, ...] = ()


class Resource:
    """One path: calls the handler of the request's method. HEAD is answered as GET."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)
        if "GET" in handlers:
            self._handlers["HEAD"] = handlers["GET"]
        self._allowed = ", ".join(sorted(self._handlers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._handlers.get(scope["method"])
        if handler is None:
            raise HTTPException(405, headers={"Allow": self._allowed})
        answer = await handler(Request(scope, receive, send))
        await answer(scope, receive, send)


def routes(operations: Iterable[Operation]) -> list[BaseRoute]:
    """One route for each path, in the order of the operations."""
    paths: dict[str, dict[str, Handler]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = operation.handler
    return [Route(path, Resource(handlers)) for path, handlers in paths.items()]
