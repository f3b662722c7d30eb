"""Requests and replies of scripts: msgpack both ways, replies checked against a type."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from valkey.exceptions import ConnectionError as Disconnected

from tasuki.model.errors import StoreUnavailableError
from tasuki.store.keys import LAYOUT
from tasuki.store.link import CALL_SECONDS, Link

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()


@cache
def _decoder(type: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(type, strict=False)


async def ask(
    link: Link,
    script: str,
    reply: type[T],
    fields: Mapping[str, object],
    *,
    writes: bool = True,
    seconds: float = CALL_SECONDS,
) -> T:
    """Run a script with these fields, and read its reply as `reply`.

    One that only reads is run again when its connection broke: after a restart of the store the
    first call of each connection does.

    Raises:
        StoreError: one of its kinds.
    """
    request = _encoder.encode({**fields, "layout": LAYOUT, "writes": writes})
    try:
        text = await link.run(script, request, seconds=seconds)
    except StoreUnavailableError as error:
        if writes or not isinstance(error.__cause__, Disconnected):
            raise
        text = await link.run(script, request, seconds=seconds)
    answer: T = _decoder(reply).decode(text)
    return answer
