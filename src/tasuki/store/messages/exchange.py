"""What a runner and the store tell each other in an exchange.

The groups are in columns: one list per field, in parallel. So a script hands whole lists to the
store's commands, and the cost of a call hangs on the number of groups, not of jobs.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from tasuki.model.state import State
from tasuki.store.messages.keep import KeepRules
from tasuki.store.messages.request import Request

T = TypeVar("T")


class Notes(msgspec.Struct):
    """Progress and log lines of active jobs; `progress` and `lines` by position, from 1 on."""

    ids: list[str] = []
    stamps: list[str] = []
    progress: dict[int, str] = {}
    lines: dict[int, list[str]] = {}


class FinishedGroup(msgspec.Struct):
    """Jobs of a type that ended in the same state and are kept alike.

    `large` are results that are too large for a body, by position, from 1 on. `own` is for how many
    milliseconds these jobs are kept, if not as long as the rule says, which may change.
    """

    state: State
    type: str
    ids: list[str] = []
    stamps: list[str] = []
    bodies: list[str] = []
    large: dict[int, str] = {}
    ms: int = 0
    histogram: dict[str, int] = {}
    own: int | None = None


class ScheduledGroup(msgspec.Struct):
    """Jobs of a type that run again later. `delays` are milliseconds; `event` counts them."""

    type: str
    event: str
    ids: list[str] = []
    stamps: list[str] = []
    delays: list[int] = []
    tries: list[str] = []
    expires: list[str] = []


class ReleasedGroup(msgspec.Struct):
    """Jobs of a type that go back to their old places."""

    type: str
    ids: list[str] = []
    stamps: list[str] = []


class Report(msgspec.Struct):
    """All that has come in since the last exchange, ready to be sent."""

    notes: Notes = msgspec.field(default_factory=Notes)
    finished: list[FinishedGroup] = []
    scheduled: list[ScheduledGroup] = []
    released: list[ReleasedGroup] = []

    def pieces(self) -> Iterator["Report"]:
        """The same, a report for each thing that there is to say. Run times go with the first."""
        notes = self.notes
        for position, (id, stamp) in enumerate(zip(notes.ids, notes.stamps, strict=True), 1):
            progress, lines = notes.progress.get(position), notes.lines.get(position)
            yield Report(
                Notes([id], [stamp], {1: progress} if progress else {}, {1: lines} if lines else {})
            )
        for group in (*self.finished, *self.scheduled, *self.released):
            for position in range(len(group.ids)):
                yield _piece(group, position)


Group = FinishedGroup | ScheduledGroup | ReleasedGroup


def _piece(group: Group, position: int) -> Report:
    def only(column: list[T]) -> list[T]:
        return column[position : position + 1]

    ids, stamps = only(group.ids), only(group.stamps)
    replace = msgspec.structs.replace
    match group:
        case FinishedGroup():
            large = group.large.get(position + 1)
            piece = replace(
                group,
                ids=ids,
                stamps=stamps,
                bodies=only(group.bodies),
                large={} if large is None else {1: large},
                ms=0 if position else group.ms,
                histogram={} if position else group.histogram,
            )
            return Report(finished=[piece])
        case ScheduledGroup():
            piece = replace(
                group,
                ids=ids,
                stamps=stamps,
                delays=only(group.delays),
                tries=only(group.tries),
                expires=only(group.expires),
            )
            return Report(scheduled=[piece])
        case ReleasedGroup():
            return Report(released=[replace(group, ids=ids, stamps=stamps)])


class Claimed(msgspec.Struct):
    """Jobs of a type that were claimed; `tries` is empty when none of them was tried before."""

    type: str
    ids: list[str]
    records: list[str]
    tries: list[str]


class Exchanged(msgspec.Struct):
    """The reply of the script `exchange`. `next_due` is in milliseconds, -1 if nothing is due."""

    stamp: str
    claimed: list[Claimed]
    lost: list[str]
    cancels: list[str]
    suspects: list[str]
    next_due: int


class ExchangeRequest(Request[Exchanged], kw_only=True):
    """The request of the script `exchange`, which describes the fields. Times are milliseconds."""

    runner: str
    number: str
    lease: int
    notes: Notes
    log_lines: int
    finished: list[FinishedGroup]
    scheduled: list[ScheduledGroup]
    released: list[ReleasedGroup]
    demand: list[tuple[str, int]]
    rung: list[str]
    limit: int
    keep: KeepRules
