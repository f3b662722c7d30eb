"""Reading the body of a request, within limits."""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from tasuki.server.problems import RequestError

CHUNK_SECONDS = 10.0
"""How long the next piece of a body may take to arrive."""

JSON = "application/json"
_UTF8 = ("utf-8", "utf8")


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body of at most `limit` bytes.

    Raises:
        RequestError: it is larger (the rest is not read), compressed, or too slow.
        ClientDisconnect: the client has gone.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise RequestError("media_type", f"send the body as it is, without {encoding} encoding")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit, unread=True)
    message = await _receive(request)
    body = message["body"]
    while message["more_body"] and len(body) <= limit:
        message = await _receive(request)
        body += message["body"]
    if len(body) > limit:
        raise _too_large(limit, unread=message["more_body"])
    return body


def media_type(request: Request) -> str:
    """The media type of the body, in lower case and without parameters; empty if not given."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_json(request: Request) -> None:
    """Refuse a body that is not announced as JSON in UTF-8.

    A form, or plain text, could have been sent by any web page without asking first.

    Raises:
        RequestError: with code `media_type`.
    """
    content_type = request.headers.get("content-type", "")
    if content_type == JSON:
        return
    if media_type(request) != JSON:
        raise RequestError("media_type", f"send JSON, with the header Content-Type: {JSON}")
    _, _, charset = content_type.lower().partition("charset=")
    if charset and charset.strip('" ') not in _UTF8:
        raise RequestError("media_type", "send JSON in UTF-8")


async def _receive(request: Request) -> Message:
    try:
        async with asyncio.timeout(CHUNK_SECONDS):
            message = await request.receive()
    except TimeoutError:
        text = f"nothing came for {CHUNK_SECONDS:g} s"
        raise RequestError("slow", text, unread=True) from None
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


def _too_large(limit: int, *, unread: bool) -> RequestError:
    return RequestError("too_large", f"a body may have at most {limit} bytes", unread=unread)
