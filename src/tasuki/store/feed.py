"""The stream of events."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasuki.model.errors import InvalidError
from tasuki.store.link.link import Link
from tasuki.wire.ids import decode_id

_BATCH = 200
_POSITION = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


class Event(NamedTuple):
    """Something that happened to jobs of a type.

    `what` is the state they came to, or `cancelling` (active ones that are told to stop),
    `progress`, `removed`, `paused`, `resumed`. `position` is its place in the stream; events of
    one script call share it.
    """

    position: str
    what: str
    type: str
    ids: tuple[int, ...]


class Feed:
    """Reads events as they come, on a connection of its own, since it blocks."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._stream = link.keyspace.key("events")

    async def read(self, after: str, *, seconds: float = 5.0) -> tuple[str, Sequence[Event]]:
        """Events after a position, waiting up to `seconds` for one. Gives the last position too.

        Raises:
            StoreError: the store cannot be reached.
        """
        reply = await self._link.command(
            "XREAD",
            "COUNT",
            _BATCH,
            "BLOCK",
            max(1, round(seconds * 1_000)),
            "STREAMS",
            self._stream,
            after,
            seconds=seconds + 2,
        )
        if not reply:
            return after, ()
        events: list[Event] = []
        position = after
        for raw_position, flat in reply[0][1]:
            position = raw_position.decode()
            for field, ids in zip(flat[::2], flat[1::2], strict=True):
                what, _, type = field.decode().partition(":")
                events.append(Event(position, what, type, _ids(ids)))
        return position, events

    async def end(self) -> str:
        """The position of the newest event. Reading after it gives what happens from now on."""
        reply = await self._link.command("XREVRANGE", self._stream, "+", "-", "COUNT", 1)
        return reply[0][0].decode() if reply else "0-0"

    async def reaches(self, position: str) -> bool:
        """Whether nothing after this position has been trimmed away yet."""
        reply = await self._link.command("XRANGE", self._stream, "-", "+", "COUNT", 1)
        if not reply:
            return True
        return _order(reply[0][0].decode()) <= _order(position)


def check_position(text: object) -> str:
    """Give back a position, if it could be one.

    Raises:
        InvalidError: naming the field `after`.
    """
    if not isinstance(text, str) or _POSITION.fullmatch(text) is None:
        raise InvalidError("is not the position of an event", field="after")
    return text


def _order(position: str) -> tuple[int, int]:
    time, _, number = position.partition("-")
    return int(time), int(number or 0)


def _ids(text: bytes) -> tuple[int, ...]:
    return () if text == b"-" else tuple(decode_id(id) for id in text.decode().split())
