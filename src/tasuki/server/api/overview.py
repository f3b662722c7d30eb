"""Everything at a glance, as the first page of the dashboard shows it."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.model.values.names import LONGEST_TYPE_BYTES
from tasuki.server.api.operations import API, Operation
from tasuki.server.api.shared import Shared
from tasuki.server.http.query import read_query
from tasuki.server.http.replies import Reply
from tasuki.store.health import Health
from tasuki.views.overview import Glance, Overview, OverviewJson

MOST_TEXTS = 50
"""Answers that are kept for one look, by the text that was looked for."""


class OverviewQuery(Struct, forbid_unknown_fields=True):
    """Only types with this text in their name, whatever its case."""

    find: Annotated[str, Meta(max_length=LONGEST_TYPE_BYTES)] = ""


class _Answers:
    """The answers from one look, each put into JSON once."""

    def __init__(self, glance: Glance) -> None:
        self._glance = glance
        self._texts: dict[str, msgspec.Raw] = {}

    def answer(self, find: str) -> msgspec.Raw:
        text = self._texts.get(find)
        if text is None:
            text = msgspec.Raw(msgspec.json.encode(self._glance.answer(find)))
            if len(self._texts) < MOST_TEXTS:
                self._texts[find] = text
        return text


class Overviews:
    """The handlers. However many look, the store is read once a second at most."""

    def __init__(self, client: Client, health: Health) -> None:
        self._overview = Overview(client, health)
        self._shared = Shared(self._look)

    async def _look(self) -> _Answers:
        return _Answers(await self._overview.look())

    async def show(self, request: Request) -> ASGIApp:
        find = read_query(request.scope["query_string"], OverviewQuery).find
        return Reply((await self._shared.get()).answer(find))

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "GET",
            f"{API}/overview",
            "Everything at a glance: states, types, runners, the last hour and the last failures. "
            "Who asks more than once in a second waits until it is over",
            self.show,
            {200: OverviewJson},
            query=OverviewQuery,
        )
