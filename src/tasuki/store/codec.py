"""Requests and replies of scripts: msgpack both ways, replies checked against a type."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

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

    Raises:
        StoreError: one of its kinds.
    """
    request = _encoder.encode({**fields, "layout": LAYOUT, "writes": writes})
    answer: T = _decoder(reply).decode(await link.run(script, request, seconds=seconds))
    return answer
