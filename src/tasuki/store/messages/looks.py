"""Looking at jobs, types and counters. Ids are as the store writes them."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tasuki.model.state import State
from tasuki.store.messages.request import Question


class Row(NamedTuple):
    """One job as the script `inspect` gives it; what is not there is empty."""

    state: str
    place: str
    score: str
    record: str
    end: str
    tries: str
    progress: str


class Inspected(msgspec.Struct):
    """As many rows as fit. `before` and `options` are pairs of a name and what is known of it."""

    rows: list[Row]
    told: set[str]
    before: list[tuple[str, str]]
    options: list[tuple[str, str]]


class InspectRequest(Question[Inspected], kw_only=True):
    """What is known of some jobs, at most so many bytes of it; or only their `states`."""

    ids: Sequence[str]
    states: bool
    most: int


class Logged(msgspec.Struct):
    """Lines of a log; `after` is how many come before the next one."""

    exists: bool
    written: int
    lines: list[str]
    after: int


class LogRequest(Question[Logged], kw_only=True):
    """The log of a job behind its first `after` lines, at most so many bytes of it."""

    id: str
    after: int
    most: int


class PageRequest(Question[list[list[str]]], kw_only=True):
    """Members of `sets`, each of which has a name, and the score and member to go on after."""

    sets: Sequence[tuple[str, str, str]]
    reverse: bool
    limit: int


class Sifted(msgspec.Struct):
    """Members and their scores in pairs, and the last one that was looked at, or '' at the end."""

    members: list[str]
    last: tuple[str, str] | str


class SiftRequest(Question[Sifted], kw_only=True):
    """The members of one `type` in a set of all types."""

    set: str
    score: str
    member: str
    type: str
    limit: int


class CountsRequest(Question[list[tuple[dict[State, int], int]]], kw_only=True):
    """How many jobs types have in each state, and whether they are paused."""

    types: Sequence[str]


class Counters(msgspec.Struct):
    """Fields and values in pairs, a row for each minute; `now` and `folded` are minutes."""

    now: int
    folded: int
    rows: list[list[str]]


class HistoryRequest(Question[Counters], kw_only=True):
    """The counters of the minutes or tens from `first` to `last`."""

    kind: str
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    most: int
