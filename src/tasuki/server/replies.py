"""Answers with a body of JSON."""

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()
MEDIA_TYPE = "application/json"


def reply(value: object, status: int = 200, **headers: str) -> Response:
    """An answer with this value as JSON."""
    return Response(_encoder.encode(value), status, headers, MEDIA_TYPE)
