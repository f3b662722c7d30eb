"""Counters: per minute, and since the beginning."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.admin import Admin, StatsView
from tasuki.server.api.operations import API, Operation
from tasuki.server.http.query import read_query
from tasuki.server.http.replies import Reply
from tasuki.store.looks.history import MOST_MINUTES


class StatsQuery(Struct, forbid_unknown_fields=True):
    """How many minutes back."""

    minutes: Annotated[int, Meta(ge=1, le=MOST_MINUTES)] = 60


class Statistics:
    """The handlers."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    async def show(self, request: Request) -> ASGIApp:
        query = read_query(request.scope["query_string"], StatsQuery)
        return Reply(await self._admin.stats(query.minutes))

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "GET",
            f"{API}/stats",
            "Counters of the last minutes, and totals",
            self.show,
            {200: StatsView},
            query=StatsQuery,
        )
