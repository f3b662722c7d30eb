"""Server-sent events as bytes, and the positions of the stream as they are told to clients."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from tasuki.store.feed import Event

_POSITION = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
_encoder = msgspec.json.Encoder()


class Change(msgspec.Struct, frozen=True):
    """What comes with an event: the type, and the ids of the jobs."""

    type: str
    ids: Sequence[int]


class Batch(NamedTuple):
    """Events that share a position: `(type, bytes without an id)`."""

    position: str
    events: list[tuple[str, bytes]]

    def frame(self, types: frozenset[str]) -> bytes:
        """The bytes of those of some types (no types: of all); empty when there are none.

        Only the last one carries the position. A client that is cut off in between starts again
        before the first one.
        """
        chosen = [text for type, text in self.events if not types or type in types]
        if not chosen:
            return b""
        return b"\n".join(chosen) + f"id: {self.position}\n\n".encode()


def batches(events: Iterable[Event]) -> list[Batch]:
    """Events grouped by their position, ready to be sent."""
    return [
        Batch(position, [(event.type, _text(event)) for event in group])
        for position, group in groupby(events, key=lambda event: event.position)
    ]


def reset(position: str, reason: str) -> bytes:
    """Tells the client that it has missed events, and why: everything must be looked at anew."""
    data = _encoder.encode({"reason": reason})
    return b"event: reset\ndata: " + data + f"\nid: {position}\n\n".encode()


def heartbeat(position: str) -> bytes:
    """Keeps the connection, and moves the client's position on, without an event."""
    return f": heartbeat\nid: {position}\n\n".encode()


def is_position(text: str) -> bool:
    """Whether a text could be a position of the stream."""
    return _POSITION.fullmatch(text) is not None


def order(position: str) -> tuple[int, int]:
    """Something by which positions can be compared."""
    time, _, number = position.partition("-")
    return int(time), int(number)


def _text(event: Event) -> bytes:
    data = _encoder.encode(Change(event.type, event.ids))
    return f"event: {event.what}\ndata: ".encode() + data + b"\n"
