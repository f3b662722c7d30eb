"""Errors as problem documents (RFC 9457), one kind for each code."""

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from tasuki.model.errors import InvalidError, StoreError, TasukiError
from tasuki.server.http.answers import Problem
from tasuki.server.http.parting import Parting
from tasuki.store.health.causes import cause

log = logging.getLogger("tasuki.server")

MEDIA_TYPE = "application/problem+json"
QUIET_SECONDS = 10.0
"""The same trouble with the store is logged once in this time."""


class ProblemKind(NamedTuple):
    """What all problems of a code have in common. `retry_after` is in seconds."""

    status: int
    title: str
    retry_after: int | None = None


KINDS: Mapping[str, ProblemKind] = {
    "malformed": ProblemKind(400, "The request cannot be read"),
    "payload": ProblemKind(400, "The data cannot be carried as JSON"),
    "cross_site": ProblemKind(403, "Another site may not change anything here"),
    "not_found": ProblemKind(404, "There is no such thing"),
    "no_route": ProblemKind(404, "There is nothing at this address"),
    "method": ProblemKind(405, "This method is not possible here"),
    "slow": ProblemKind(408, "The request took too long to arrive"),
    "wrong_state": ProblemKind(409, "The job's state does not allow this"),
    "too_large": ProblemKind(413, "The body is too large"),
    "media_type": ProblemKind(415, "The body's format is not supported"),
    "host": ProblemKind(421, "The server does not answer for this host"),
    "invalid": ProblemKind(422, "A value is not allowed"),
    "key_reused": ProblemKind(422, "The idempotency key was used for another submission"),
    "headers_too_large": ProblemKind(431, "The headers are too large"),
    "internal": ProblemKind(500, "The server has a fault"),
    "overloaded": ProblemKind(503, "The server has too many connections", 5),
    "store": ProblemKind(503, "The store refused the call", 5),
    "store_unavailable": ProblemKind(503, "The store is not available", 1),
    "store_read_only": ProblemKind(503, "The store takes no writes", 5),
    "store_refused": ProblemKind(503, "The store does not let this server in", 5),
    "store_unsafe": ProblemKind(503, "The store is not safe to use", 30),
    "layout": ProblemKind(503, "The store was written by another version", 30),
    "store_full": ProblemKind(507, "The store is full", 5),
}


class RequestError(Exception):
    """A request that is refused before it comes to jobs. `code` is one of `KINDS`.

    `unread` tells that the client may still be sending, and is not listened to any more.
    """

    def __init__(
        self, code: str, detail: str, *, field: str | None = None, unread: bool = False
    ) -> None:
        self.code, self.detail, self.field, self.unread = code, detail, field, unread
        super().__init__(detail)


def problem_of(code: str, detail: str, *, field: str | None = None) -> Problem:
    """The document for a code."""
    kind = KINDS[code]
    return Problem(
        type=f"urn:tasuki:problem:{code}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        code=code,
        field=field,
    )


def problem(code: str, detail: str, *, field: str | None = None, **headers: str) -> Response:
    """The answer for a code."""
    kind = KINDS[code]
    if kind.retry_after is not None:
        headers["retry-after"] = str(kind.retry_after)
    body = msgspec.json.encode(problem_of(code, detail, field=field))
    return Response(body, kind.status, headers, MEDIA_TYPE)


class Problems:
    """Turns what handlers raise into answers. Nothing of the inside is told to clients."""

    def __init__(self, explain: Callable[[StoreError], str] = cause) -> None:
        self._explain = explain
        self._logged: dict[str, float] = {}

    async def refused(self, request: Request, error: RequestError) -> ASGIApp:
        """For RequestError."""
        answer = problem(error.code, error.detail, field=error.field)
        return Parting(answer) if error.unread else answer

    async def failed(self, request: Request, error: TasukiError) -> Response:
        """For TasukiError."""
        match error:
            case InvalidError():
                code = error.code if error.code in KINDS else "invalid"
                return problem(code, error.message, field=error.field)
            case StoreError():
                self.note(error)
                return problem(error.code, self._explain(error))
            case _ if error.code in KINDS:
                return problem(error.code, str(error))
            case _:
                log.error("an error that has no kind of problem", exc_info=error)
                return await self.broken(request, error)

    async def missed(self, request: Request, error: HTTPException) -> Response:
        """For HTTPException: no such route, or not this method."""
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = (error.headers or {}).get("Allow", "")
            return problem("method", f"possible methods: {allowed}", allow=allowed)
        return problem("no_route", "look at /api/v1/openapi.json for what there is")

    async def left(self, request: Request, error: Exception) -> Response:
        """For ClientDisconnect: there is nobody to read this."""
        return problem("malformed", "the client left before its request was complete")

    async def broken(self, request: Request, error: Exception) -> Response:
        """For everything unexpected. Starlette raises it again afterwards, so it gets logged."""
        return problem("internal", "the server's log says more")

    def note(self, error: StoreError) -> None:
        """Log trouble with the store, now and then."""
        now = time.monotonic()
        if now - self._logged.get(error.code, -QUIET_SECONDS) >= QUIET_SECONDS:
            self._logged[error.code] = now
            log.warning("answering %s: %s", KINDS[error.code].status, error)
