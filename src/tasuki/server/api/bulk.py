"""Acting on all jobs that match."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Struct
from msgspec.json import Decoder
from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.model.filter import Filter
from tasuki.model.options import checks_of
from tasuki.model.rules import OneOf
from tasuki.model.state import Verb
from tasuki.model.update import UPDATABLE, Update
from tasuki.server.api.operations import API, Operation
from tasuki.server.http.body import decode_body, read_body, require_json
from tasuki.server.http.replies import Reply
from tasuki.store.acts.bulk import BulkStep
from tasuki.store.acts.walk import ACTIONS


class BulkOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done, and to which jobs: those that had come before the call, and that match.

    `filter` says at least one thing. `update` says what jobs become, if that is the action, as for
    one job. `dry_run` counts, and changes nothing. `cursor` goes on with a call of the same action,
    filter, update and `dry_run` that was not through in its second.
    """

    action: Annotated[str, OneOf(ACTIONS), "what is done to each of the jobs"]
    filter: Filter
    update: Update | None = None
    dry_run: bool = False
    cursor: str | None = None

    def __post_init__(self) -> None:
        _check(self)


_check = checks_of(BulkOrder)
_decoder = Decoder(BulkOrder)
_KNOWN = (*BulkOrder.__struct_fields__, *Filter.__struct_fields__, *UPDATABLE)


class BulkActions:
    """The handler."""

    def __init__(self, client: Client, *, body_limit: int) -> None:
        self._client = client
        self._body_limit = body_limit

    async def act(self, request: Request) -> ASGIApp:
        headers = dict(request.scope["headers"])
        require_json(headers)
        order = decode_body(await read_body(request, headers, self._body_limit), _decoder, _KNOWN)
        step = await self._client.bulk(
            Verb(order.action),
            order.filter,
            None if order.update is None else order.update.given,
            cursor=order.cursor,
            dry_run=order.dry_run,
        )
        return Reply(step)

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "POST",
            f"{API}/bulk",
            "Act on all jobs that match, for about a second; go on with the cursor it gives",
            self.act,
            {200: BulkStep},
            ("malformed", "payload", "too_large", "media_type", "slow", "store_full"),
            body=BulkOrder,
        )
