"""Puts the application together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tasuki.client import Client
from tasuki.dashboard import static_dir
from tasuki.model.errors import TasukiError
from tasuki.model.settings.server import ServerOptions
from tasuki.server.api.bulk import BulkActions
from tasuki.server.api.events import Events
from tasuki.server.api.health import HealthChecks
from tasuki.server.api.jobs import Jobs
from tasuki.server.api.openapi import document
from tasuki.server.api.operations import API, Operation, Resource, routes
from tasuki.server.api.overview import Overviews
from tasuki.server.api.runners import Runners
from tasuki.server.api.states import States
from tasuki.server.api.stats import Statistics
from tasuki.server.api.types import Types
from tasuki.server.events.hub import EventHub
from tasuki.server.http.patience import Patience
from tasuki.server.http.problems import Problems, RequestError
from tasuki.server.http.replies import MEDIA_TYPE
from tasuki.server.http.security import Guard
from tasuki.server.kue.api import KueApi
from tasuki.server.static import Pages
from tasuki.store.health import Health


class Services(NamedTuple):
    """What the application is made of. It neither starts nor stops any of it."""

    client: Client
    health: Health
    hub: EventHub
    patience: Patience


def build_app(services: Services, options: ServerOptions) -> ASGIApp:
    """The ASGI application: the native API, Kue's API, and the dashboard everywhere else."""
    operations = all_operations(services, options)
    kue = KueApi(services.client, options)
    problems = Problems(services.health.explain)

    async def missed(request: Request, error: HTTPException) -> Response:
        ours = request.scope["path"].startswith(("/api/", "/health/"))
        return await (problems.missed if ours else kue.missed)(request, error)

    handlers: dict[Any, Any] = {
        RequestError: problems.refused,
        TasukiError: problems.failed,
        HTTPException: missed,
        ClientDisconnect: problems.left,
        Exception: problems.broken,
    }
    app = Starlette(
        routes=[
            *routes(operations),
            Route(f"{API}/openapi.json", Resource({"GET": _Document(operations)})),
            *kue.routes(),
            Mount("/", Pages(directory=static_dir, html=True, check_dir=False)),
        ],
        exception_handlers=handlers,
    )
    return Guard(_EncodedPaths(app), options)


def all_operations(services: Services, options: ServerOptions) -> Sequence[Operation]:
    """The table of the native API, those first that are called most."""
    client, health = services.client, services.health
    return [
        *Jobs(client, services.patience, body_limit=options.largest_body).operations(),
        *BulkActions(client, body_limit=options.largest_body).operations(),
        *HealthChecks(health).operations(),
        *States().operations(),
        *Types(client).operations(),
        *Runners(client).operations(),
        *Statistics(client, health).operations(),
        *Overviews(client, health).operations(),
        *Events(services.hub).operations(),
    ]


class _EncodedPaths:
    """Routes by the path as it was sent, so that the `%2F` in a type is no border in the path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw: bytes = scope.get("raw_path") or b""
        if b"%" in raw:
            scope["path"] = raw.decode("ascii")
        await self._app(scope, receive, send)


class _Document:
    """The OpenAPI document, written once when it is first asked for."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._text = b""

    async def __call__(self, request: Request) -> Response:
        if not self._text:
            self._text = msgspec.json.encode(document(self._operations))
        return Response(self._text, media_type=MEDIA_TYPE)
