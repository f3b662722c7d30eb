"""Routes and answers in the manner of Kue: any case of letters, and a slash at the end or not."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tasuki.model.errors import StoreError
from tasuki.server.api.operations import Handler, Resource
from tasuki.server.http.problems import KINDS
from tasuki.store.health.causes import cause

MEDIA_TYPE = "application/json; charset=utf-8"
_ACCEPTED = ("*/*", "application/*", "application/json")


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, headers, MEDIA_TYPE)


def error(text: str, code: str) -> Response:
    """An error with the status that its code has everywhere."""
    kind = KINDS[code]
    headers = {"retry-after": str(kind.retry_after)} if kind.retry_after is not None else None
    return answer({"error": text}, kind.status, headers)


def kue_route(path: str, handlers: Mapping[str, Handler]) -> BaseRoute:
    """A path of Kue with the handlers of its methods."""
    route = Route(path, Resource({method: _kue(each) for method, each in handlers.items()}))
    route.path_regex = re.compile(route.path_regex.pattern[:-1] + "/?$", re.IGNORECASE)
    return route


def _kue(handler: Handler) -> Handler:
    async def handle(request: Request) -> ASGIApp:
        if not _takes_json(request.headers.get("accept", "")):
            raise HTTPException(404)
        try:
            return await handler(request)
        except StoreError as failure:
            return error(cause(failure), failure.code)

    return handle


def _takes_json(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return not accept or any(kind in _ACCEPTED for kind in kinds)
