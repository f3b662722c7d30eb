"""Types: look at them, pause and resume them."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.client.looking import MOST_TYPES_LISTED
from tasuki.server.api.operations import API, Operation
from tasuki.server.http.answers import TypeList
from tasuki.server.http.problems import RequestError
from tasuki.server.http.query import read_query, read_type
from tasuki.server.http.replies import Reply
from tasuki.store.looks.types import TYPES_LISTED, TypeInfo

MOST_NAMED = 20


class TypesQuery(Struct, forbid_unknown_fields=True):
    """Only these types, as far as they are known; none: a page of those with `find` in their names.

    The first page has the busiest ones, and with `after` they come by name.
    """

    type: Annotated[tuple[str, ...], Meta(max_length=MOST_NAMED)] = ()
    find: str = ""
    after: str | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_TYPES_LISTED)] = TYPES_LISTED


class Types:
    """The handlers. In a path a type is written with percent signs: `a%2Fb` is `a/b`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def list(self, request: Request) -> ASGIApp:
        query = read_query(request.scope["query_string"], TypesQuery)
        if not query.type:
            page = await self._client.type_page(
                limit=query.limit, after=query.after, text=query.find
            )
            return Reply(TypeList(page.types, page.after))
        return Reply(TypeList(await self._client.types(*query.type), None))

    async def show(self, request: Request) -> ASGIApp:
        type = read_type(request.path_params["type"])
        found = await self._client.types(type)
        if not found:
            raise RequestError("not_found", f"nothing is known of the type {type}")
        return Reply(found[0])

    async def pause(self, request: Request) -> ASGIApp:
        return Reply(await self._client.pause(read_type(request.path_params["type"])))

    async def resume(self, request: Request) -> ASGIApp:
        return Reply(await self._client.resume(read_type(request.path_params["type"])))

    def operations(self) -> Iterable[Operation]:
        type = f"{API}/types/{{type}}"
        yield Operation(
            "GET",
            f"{API}/types",
            "Known types, 200 at a time",
            self.list,
            {200: TypeList},
            query=TypesQuery,
        )
        yield Operation("GET", type, "One type", self.show, {200: TypeInfo}, ("not_found",))
        yield Operation(
            "POST",
            f"{type}/pause",
            "Stop claiming the jobs of a type; those that are active go on",
            self.pause,
            {200: TypeInfo},
        )
        yield Operation(
            "POST", f"{type}/resume", "Claim the jobs of a type again", self.resume, {200: TypeInfo}
        )
