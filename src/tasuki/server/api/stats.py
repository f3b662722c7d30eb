"""Counters: per minute, and since the beginning."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.server.api.operations import API, Operation
from tasuki.server.http.query import read_query
from tasuki.server.http.replies import Reply
from tasuki.store.health import Health
from tasuki.store.looks.history import MOST_MINUTES
from tasuki.views import StatsView, read_stats


class StatsQuery(Struct, forbid_unknown_fields=True):
    """How many minutes back."""

    minutes: Annotated[int, Meta(ge=1, le=MOST_MINUTES)] = 60


class Statistics:
    """The handlers."""

    def __init__(self, client: Client, health: Health) -> None:
        self._client, self._health = client, health

    async def show(self, request: Request) -> ASGIApp:
        query = read_query(request.scope["query_string"], StatsQuery)
        return Reply(await read_stats(self._client, self._health, query.minutes))

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "GET",
            f"{API}/stats",
            "Counters of the last minutes, and totals",
            self.show,
            {200: StatsView},
            query=StatsQuery,
        )
