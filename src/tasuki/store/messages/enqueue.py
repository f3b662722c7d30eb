"""Making jobs."""

import msgspec
from msgspec import UNSET, UnsetType

from tasuki.store.messages.request import Request


class Enqueued(msgspec.Struct, array_like=True):
    """`first` is the number of the first new id.

    Or, when there would be too many types, which of them were `refused`; then nothing was made.
    """

    first: int = 0
    replays: list[tuple[int, str]] = []
    reused: list[int] = []
    refused: list[int] = []
    limit: int = 0


class EnqueueOneRequest(Request[Enqueued], kw_only=True, array_like=True):
    """The short form, for one job of which nothing is to be known but this."""

    sender: str
    number: str
    type: str
    priority: str
    tail: str


class EnqueueRequest(Request[Enqueued], kw_only=True):
    """Jobs in columns. Times are milliseconds.

    What few of them have is by position, from 1 on, and left out where no job has it.
    """

    sender: str
    number: str
    types: list[str]
    kinds: list[int]
    priorities: list[str]
    tails: list[str]
    key_seconds: int
    large: dict[int, str] | UnsetType = UNSET
    delays: dict[int, int] | UnsetType = UNSET
    times: dict[int, int] | UnsetType = UNSET
    expires: dict[int, int] | UnsetType = UNSET
    submissions: list[tuple[int, int, str, str]] | UnsetType = UNSET
