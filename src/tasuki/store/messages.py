"""What a runner and the store tell each other in an exchange.

The groups are in columns: one list per field, in parallel. So a script hands whole lists to the
store's commands, and the cost of a call hangs on the number of groups, not of jobs.
"""

import msgspec

from tasuki.model.state import State
from tasuki.store.keys import LAYOUT


class Notes(msgspec.Struct):
    """Progress and log lines of active jobs; `progress` and `lines` by position, from 1 on."""

    ids: list[str] = []
    stamps: list[str] = []
    progress: dict[int, str] = {}
    lines: dict[int, list[str]] = {}


class FinishedGroup(msgspec.Struct):
    """Jobs of a type that ended in the same state and are kept alike (milliseconds).

    `large` are results that are too large for a body, by position, from 1 on.
    """

    state: State
    type: str
    age: int
    most: int
    ids: list[str] = []
    stamps: list[str] = []
    bodies: list[str] = []
    large: dict[int, str] = {}
    ms: int = 0
    histogram: dict[str, int] = {}


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

    notes: Notes
    finished: list[FinishedGroup]
    scheduled: list[ScheduledGroup]
    released: list[ReleasedGroup]


class ExchangeRequest(msgspec.Struct, kw_only=True):
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
    cancelled_age: int
    cancelled_most: int
    layout: str = LAYOUT
    writes: bool = True


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
