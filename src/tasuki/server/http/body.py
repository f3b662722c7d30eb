"""Reading the body of a request, within limits."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from tasuki.server.http.explain import invalid, malformed
from tasuki.server.http.problems import RequestError

JSON = b"application/json"
_UTF8 = (b"utf-8", b"utf8")

T = TypeVar("T")

Headers = Mapping[bytes, bytes]
"""The headers of a request, as they came; the names are in lower case."""


async def read_body(request: Request, headers: Headers, limit: int) -> bytes:
    """The whole body of at most `limit` bytes. The protocol sees to it that it comes in time.

    Raises:
        RequestError: it is compressed, or larger; the rest is not read.
        ClientDisconnect: the client has gone.
    """
    encoding = headers.get(b"content-encoding", b"identity")
    if encoding != b"identity":
        name = encoding.decode("latin-1")
        raise RequestError("media_type", f"send the body as it is, without {name} encoding")
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit, unread=True)
    message = await _receive(request)
    body = message["body"]
    while message["more_body"] and len(body) <= limit:
        message = await _receive(request)
        body += message["body"]
    if len(body) > limit:
        raise _too_large(limit, unread=message["more_body"])
    return body


def decode_body(
    body: bytes,
    decoder: msgspec.json.Decoder[T],
    known: Iterable[str],
    elsewhere: Mapping[str, str] | None = None,
) -> T:
    """The JSON of a body. `known` are the names of all fields, for those who mistype one.

    `elsewhere` says what to do with names that are no fields, but that people try.

    Raises:
        InvalidError: naming the field.
        RequestError: the body is not JSON.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise invalid(error, known, elsewhere) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(body, error) from error


def media_type(headers: Headers) -> bytes:
    """The media type of the body, in lower case and without parameters; empty if not given."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def require_json(headers: Headers) -> None:
    """Refuse a body that is not announced as JSON in UTF-8.

    A form, or plain text, could have been sent by any web page without asking first.

    Raises:
        RequestError: with code `media_type`.
    """
    content_type = headers.get(b"content-type", b"")
    if content_type == JSON:
        return
    if media_type(headers) != JSON:
        raise RequestError("media_type", "send JSON, as Content-Type: application/json")
    _, _, charset = content_type.lower().partition(b"charset=")
    if charset and charset.strip(b'" ') not in _UTF8:
        raise RequestError("media_type", "send JSON in UTF-8")


async def _receive(request: Request) -> Message:
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


def _too_large(limit: int, *, unread: bool) -> RequestError:
    return RequestError("too_large", f"a body may have at most {limit} bytes", unread=unread)
