"""Calling a script: the only way there is."""

import re
from functools import cache
from time import monotonic
from typing import Any, TypeVar, cast, get_args

import msgspec

from tasuki.model.errors import StoreUnavailableError
from tasuki.store.link.link import CALL_SECONDS, Link
from tasuki.store.messages.request import Request

R = TypeVar("R")

LEAST = 0.1
"""Seconds that must be left for a call that is run again."""

_WORDS = re.compile("[A-Z][a-z]*")

# A field that is a sequence may be any: a runner's ids are in a deque.
_encoder = msgspec.msgpack.Encoder(enc_hook=list)


async def call(link: Link, request: Request[R], *, seconds: float = CALL_SECONDS) -> R:
    """Run the script that a request is for, and give its reply.

    One that only reads is run again when its connection broke, if there is time left: after a
    restart of the store the first call of each connection does.

        await call(link, CancelRequest(ids=["A7"], message="", keep=keep_of(Retention())))

    Raises:
        StoreError: one of its kinds, when the store refuses, fails or cannot be reached.
        LeaseLostError: from what a runner calls.
    """
    script, decoder = _form(type(request))
    packed = _encoder.encode(request)
    began = monotonic()
    try:
        text = await link.run(script, packed, seconds=seconds)
    except StoreUnavailableError as error:
        left = seconds - (monotonic() - began)
        if request.writes or not isinstance(error.__cause__, ConnectionError) or left < LEAST:
            raise
        text = await link.run(script, packed, seconds=left)
    return cast("R", decoder.decode(text))


def script_of(kind: type[Request[Any]]) -> str:
    """The name of the script that a kind of request is for: the first word of its own name.

    >>> script_of(CancelRequest), script_of(EnqueueOneRequest)
    ('cancel', 'enqueue')
    """
    return _WORDS.findall(kind.__name__)[0].lower()


def reply_of(kind: type[Request[Any]]) -> Any:
    """The type of the reply to a kind of request: what it, or the one it derives from, is of."""
    for each in kind.__mro__:
        for base in vars(each).get("__orig_bases__", ()):
            for reply in get_args(base):
                if not isinstance(reply, TypeVar):
                    return reply
    raise TypeError(f"{kind.__name__} does not say what its reply is")


@cache
def _form(kind: type[Request[Any]]) -> tuple[str, msgspec.msgpack.Decoder[Any]]:
    return script_of(kind), msgspec.msgpack.Decoder(reply_of(kind), strict=False)
