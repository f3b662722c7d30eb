"""Whether the store works, is worked on, and is as the scripts leave it."""

from collections.abc import Sequence

import msgspec

from tasuki.store.findings import Trouble
from tasuki.store.messages.keep import KeepRules
from tasuki.store.messages.request import Question, Request


class Probed(msgspec.Struct):
    """The store's time in milliseconds."""

    wall: int


class ProbeRequest(Request[Probed], kw_only=True):
    """Write something that nobody reads."""


class Unclaimed(msgspec.Struct):
    """A row is a type, its waiting and active jobs, the time of its last claim, its options."""

    wall: float
    cursor: str
    rows: list[tuple[str, int, int, int, str]]


class UnclaimedRequest(Question[Unclaimed], kw_only=True):
    """What waits of these types, or of a part of all."""

    types: Sequence[str]
    cursor: str
    limit: int


class Examined(msgspec.Struct):
    """A trouble is what it is, the id, and the key where it should not be."""

    cursor: str
    seen: int
    largest: int
    troubles: list[tuple[Trouble, str, str]]


class ExamineRequest(Question[Examined], kw_only=True):
    """A part of one key, or the logs of some jobs."""

    kind: str
    name: str
    cursor: str
    count: int
    ids: Sequence[str]
    leases: Sequence[str]


class Surveyed(msgspec.Struct):
    """What can be said without looking at each job."""

    jobs: int
    last: int
    overdue: list[str]
    silent: list[str]
    strangers: list[str]


class SurveyRequest(Question[Surveyed], kw_only=True):
    """`patience` is how many milliseconds a lease may be over."""

    types: Sequence[str]
    runners: Sequence[str]
    patience: int


class Counted(msgspec.Struct):
    """A part of a count, and what is kept, in pairs of a counter and how many."""

    as_of: str
    more: bool
    tally: list[str]
    kept: list[str]


class CensusRequest(Question[Counted], kw_only=True):
    """Count scheduled jobs from a rank on."""

    start: int = msgspec.field(name="from")
    limit: int


class Recounted(msgspec.Struct):
    """How many counters were wrong; not `done` when a job has moved since they were counted."""

    changed: int
    done: bool


class RecountRequest(Request[Recounted], kw_only=True):
    """Set counters right, to a `tally` when there are more than `limit` jobs."""

    limit: int
    as_of: str
    tally: dict[str, int]


class Mended(msgspec.Struct):
    """How many things were set right."""

    mended: int


class RepairRequest(Request[Mended], kw_only=True):
    """What to set right."""

    ids: Sequence[str]
    name: str
    keep: KeepRules
    types: Sequence[str]
    runners: Sequence[str]
    largest: int
