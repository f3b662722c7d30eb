"""HTTP on one connection: uvicorn's, with limits for what comes before a request is complete."""

import logging
from asyncio import TimerHandle, Transport
from enum import Enum, auto
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from tasuki.server.http.connections import ABORT, Connections
from tasuki.server.http.parting import LINGER_SECONDS
from tasuki.server.http.problems import MEDIA_TYPE, problem_of
from tasuki.server.http.security import HEADERS, NO_STORE
from tasuki.server.http.tally import Tally

http_log = logging.getLogger("tasuki.server.http")
# It warns of each request that is none. Those are counted.
http_log.setLevel(logging.ERROR)

HEADERS_SECONDS = 10.0
"""How long the headers of a request may take to arrive."""
HEADERS_BYTES = 64 * 1024
"""How large the headers and the address of a request may be together."""
BODY_SECONDS = 10.0
"""How long the next piece of a body may take to arrive."""


class Stage(Enum):
    """What of a request comes next on a connection."""

    HEADERS = auto()
    BODY = auto()
    NOTHING = auto()


class Protocol(HttpToolsProtocol):
    """Ends connections on which requests are too slow, or have too large headers.

    No timer runs for a request that arrives in one piece.
    """

    def __init__(self, known: Connections, tally: Tally, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = http_log
        self._known = known
        self._tally = tally
        self._timer: TimerHandle | None = None
        self._stage = Stage.HEADERS
        self._refused = False
        self._size = 0
        self.cycle: RequestResponseCycle | None = None  # pyright: ignore[reportIncompatibleVariableOverride]

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        if self._known.take(self):
            self._start_timer(HEADERS_SECONDS)
        else:
            self._refused = True
            transport.write(_refusal("overloaded", "all connections are in use"))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._known.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self._stage is Stage.NOTHING or self.transport.is_closing():
            return
        if self._stage is Stage.BODY:
            self._stop_timer()
            self._start_timer(BODY_SECONDS)
        elif self._timer is None:
            self._start_timer(HEADERS_SECONDS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stage = Stage.HEADERS
        self._size = 0
        self.scope["extensions"] = {ABORT: self.transport.abort}  # pyright: ignore[reportGeneralTypeIssues]

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        # Headers after the body come when the request has been judged by those before it.
        if self._stage is Stage.HEADERS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stage = Stage.BODY
        self._known.busy(self)
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stage = Stage.NOTHING
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._known.idle(self)

    def let_go(self) -> None:
        """Close the connection, on which no request is under way."""
        self._stop_timer()
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        self._tally.note("upgrade")

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close the connection."""
        if self._size > HEADERS_BYTES:
            self._refuse("headers_too_large", f"at most {HEADERS_BYTES} bytes")
        else:
            self._refuse("malformed", "this is not a request of HTTP/1.1")

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > HEADERS_BYTES:
            raise ValueError("the headers are too large")

    def _refuse(self, code: str, detail: str) -> None:
        """Say what is wrong with the request that is coming in, and close the connection."""
        self._refused = True
        self._tally.note(code)
        self._stop_timer()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.write(_refusal(code, detail))
            self.transport.write_eof()
            # Closing at once would throw the answer away while the client sends; see `parting`.
            self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)
            return
        # While an earlier request is being answered, this one's refusal would be taken for that.
        if cycle.more_body and not cycle.response_started:
            self.transport.write(_refusal(code, detail))
        self.transport.close()

    def _start_timer(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._stage is Stage.HEADERS:
            self._refuse("slow", f"the headers took longer than {HEADERS_SECONDS:g} s")
        elif self.cycle is not None and self.cycle.response_complete:
            self.transport.close()
        else:
            self._refuse("slow", f"nothing of the body came for {BODY_SECONDS:g} s")


def _refusal(code: str, detail: str) -> bytes:
    document = problem_of(code, detail)
    body = msgspec.json.encode(document)
    lines = [
        *HEADERS,
        NO_STORE,
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    text = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
    return STATUS_LINE[document.status] + text + b"\r\n" + body
