"""Answers with a body of JSON."""

import msgspec
from starlette.types import Receive, Scope, Send

_encoder = msgspec.json.Encoder()
MEDIA_TYPE = "application/json"
_TYPE = (b"content-type", MEDIA_TYPE.encode())


class Reply:
    """An answer with a value as JSON, and one more header if it is given."""

    def __init__(
        self, value: object, status: int = 200, header: tuple[bytes, bytes] | None = None
    ) -> None:
        self._body = _encoder.encode(value)
        self._status = status
        length = (b"content-length", str(len(self._body)).encode())
        self._headers = [_TYPE, length] if header is None else [_TYPE, length, header]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {"type": "http.response.start", "status": self._status, "headers": self._headers}
        await send(head)
        await send({"type": "http.response.body", "body": self._body})
