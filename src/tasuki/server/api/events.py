"""Events as they happen, over server-sent events."""

import asyncio
from collections.abc import Iterable

from msgspec import Struct
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from tasuki.model.errors import InvalidError
from tasuki.server.api.operations import API, Header, Operation
from tasuki.server.events.frames import is_position
from tasuki.server.events.hub import EventHub
from tasuki.server.events.subscriber import Subscriber
from tasuki.server.http.connections import ABORT
from tasuki.server.http.patience import until_gone
from tasuki.server.http.query import read_query

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
STUCK_SECONDS = 30.0
"""How long a client may take nothing before its connection is dropped."""
POSITION_HEADER = "Last-Event-ID"


class EventsQuery(Struct, forbid_unknown_fields=True):
    """Only events of these types; none: of all."""

    type: tuple[str, ...] = ()


class Events:
    """The handlers."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub

    async def stream(self, request: Request) -> ASGIApp:
        types = frozenset(read_query(request.scope["query_string"], EventsQuery).type)
        after = request.headers.get(POSITION_HEADER)
        if after is not None and not is_position(after):
            raise InvalidError("is not the id of an event", field=POSITION_HEADER)
        return EventStream(self._hub, await self._hub.subscribe(types, after))

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "GET",
            f"{API}/events",
            "What happens, as it happens. An event is named by what happened: the state that jobs "
            "came to, cancelling, progress, removed, paused or resumed; `reset` says that some "
            "were missed",
            self.stream,
            {200: MEDIA_TYPE},
            query=EventsQuery,
            headers=(_LAST_EVENT,),
        )


class EventStream:
    """The answer: sends what the subscriber gathers, until the client leaves or it ends."""

    def __init__(self, hub: EventHub, subscriber: Subscriber) -> None:
        self._hub = hub
        self._subscriber = subscriber

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(until_gone(receive))
        leaving.add_done_callback(lambda _: self._subscriber.end())
        try:
            if scope["method"] == "HEAD":
                self._subscriber.end()
            await self._send(send)
        except TimeoutError:
            scope.get("extensions", {}).get(ABORT, _cannot_abort)()
        finally:
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            await self._hub.leave(self._subscriber)

    async def _send(self, send: Send) -> None:
        headers = [(b"content-type", MEDIA_TYPE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        # The first bytes show at once that the stream is open, also through a proxy.
        text: bytes | None = b": tasuki\n\n"
        while text is not None:
            async with asyncio.timeout(STUCK_SECONDS):
                await send({"type": "http.response.body", "body": text, "more_body": True})
            text = await self._subscriber.next(HEARTBEAT_SECONDS)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _cannot_abort() -> None:
    """Another server's protocol: it closes the connection when it can."""


_LAST_EVENT = Header(
    POSITION_HEADER,
    "The id of the last event that was seen: the stream starts after it",
    {"type": "string", "pattern": "^[0-9]{1,19}-[0-9]{1,19}$"},
)
