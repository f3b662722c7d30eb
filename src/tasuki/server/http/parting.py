"""The last answer on a connection, while the client may still be sending."""

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

LINGER_SECONDS = 1.0
LINGER_BYTES = 16 * 1024 * 1024
"""How long, and for how much, the server listens on after its answer."""


class Parting:
    """Sends an answer, and closes the connection without reading the rest of the request.

    Closing it at once would make the client's system throw the answer away unread, as long as data
    of the client is on its way. So what comes is taken and dropped for a short time.
    """

    def __init__(self, answer: Response) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer
        answer.headers["connection"] = "close"
        await send(
            {
                "type": "http.response.start",
                "status": answer.status_code,
                "headers": answer.raw_headers,
            }
        )
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await _drop(receive)
        await send({"type": "http.response.body", "body": b""})


async def _drop(receive: Receive) -> None:
    dropped = 0
    while dropped < LINGER_BYTES:
        message = await receive()
        if not message.get("more_body"):
            return
        dropped += len(message["body"])
