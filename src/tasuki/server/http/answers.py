"""What the native API sends. Every answer is one of these, a job or one of `tasuki.views`."""

from typing import Literal

import msgspec

from tasuki.model.job import JobInfo
from tasuki.model.state import State, Verb
from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.looks.types import TypeInfo


class StateInfo(msgspec.Struct, frozen=True):
    """A state, whether jobs in it have ended, and what people may do to them."""

    name: State
    finished: bool
    verbs: list[Verb]


class StateList(msgspec.Struct, frozen=True):
    """All states, in the order in which people see them."""

    states: list[StateInfo]


class JobState(msgspec.Struct, frozen=True):
    """A job, and the state it is in now."""

    id: int
    state: State


class JobStates(msgspec.Struct, frozen=True):
    """The jobs of one submission, in its order."""

    jobs: list[JobState]


class JobPage(msgspec.Struct, frozen=True):
    """Some jobs. With the `cursor` the next ones can be asked for; null: there are no more.

    `partial` tells that there are so many types that not all were looked in; ask for one of them.
    """

    jobs: list[JobInfo]
    cursor: str | None
    partial: bool


class LogLines(msgspec.Struct, frozen=True):
    """The log of a job, the oldest line first.

    `written` is how many lines it ever logged: `after` that many come those that are new. It has
    grown by more than there are `lines` when some are not kept any more.
    """

    lines: list[str]
    written: int


class TypeList(msgspec.Struct, frozen=True):
    """Some types, sorted by name, and the name `after` which to ask for the next ones.

    It is null when there are no more, and empty after a first page that has only the busiest.
    """

    types: list[TypeInfo]
    after: str | None


class RunnerList(msgspec.Struct, frozen=True):
    """All runners that hold a lease."""

    runners: list[RunnerInfo]


class Live(msgspec.Struct, frozen=True):
    """The server's process is up."""

    status: Literal["live"] = "live"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457). `code` is stable; `field` names the part that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
