"""The states of a job, the verbs that move it, and the table of both.

This table is the single source: the docs page and the (state x verb) tests are made from it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a job is. A retry in backoff is `scheduled` with attempts made > 0.

    They stand in the order in which a job goes through them: who looks into one after the other
    meets a job that goes on meanwhile further down.
    """

    SCHEDULED = "scheduled"
    WAITING = "waiting"
    ACTIVE = "active"
    FAILED = "failed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to the job by itself."""
        return self in FINISHED


FINISHED = (State.FAILED, State.COMPLETED, State.CANCELLED)

SHOWN = (
    State.WAITING,
    State.SCHEDULED,
    State.ACTIVE,
    State.COMPLETED,
    State.FAILED,
    State.CANCELLED,
)
"""The order of the states where people see how many jobs are in each."""


class Verb(StrEnum):
    """What can be done to a job."""

    ENQUEUE = "enqueue"
    PROMOTE = "promote"
    CLAIM = "claim"
    COMPLETE = "complete"
    FAIL = "fail"
    SNOOZE = "snooze"
    RELEASE = "release"
    REAP = "reap"
    CANCEL = "cancel"
    EXPIRE = "expire"
    RETRY = "retry"
    UPDATE = "update"
    REMOVE = "remove"
    PRUNE = "prune"


ASKED = (Verb.PROMOTE, Verb.CANCEL, Verb.RETRY, Verb.UPDATE, Verb.REMOVE)
"""What people ask for. The rest is done by runners, or from time to time."""


class Transition(NamedTuple):
    """One row of the table: a verb, the states it starts from, and those it can lead to.

    No source means that the verb makes the job; no target, that the job is gone.
    """

    verb: Verb
    sources: frozenset[State]
    targets: frozenset[State]
    note: str


def _row(verb: Verb, sources: set[State], targets: set[State], note: str) -> Transition:
    return Transition(verb, frozenset(sources), frozenset(targets), note)


_S, _W, _A = State.SCHEDULED, State.WAITING, State.ACTIVE
_D, _F, _C = State.COMPLETED, State.FAILED, State.CANCELLED

TRANSITIONS: tuple[Transition, ...] = (
    _row(Verb.ENQUEUE, set(), {_W, _S}, "scheduled when it has a delay or a time in the future"),
    _row(Verb.PROMOTE, {_S}, {_W}, "when it is due, or by a person"),
    _row(Verb.CLAIM, {_W}, {_A}, "under the runner's lease"),
    _row(Verb.COMPLETE, {_A}, {_D}, "kept for its retention, or gone at once"),
    _row(Verb.FAIL, {_A}, {_S, _F}, "scheduled while attempts are left, else failed"),
    _row(Verb.SNOOZE, {_A}, {_S}, "the attempt does not count"),
    _row(Verb.RELEASE, {_A}, {_W}, "back at its old place; the attempt does not count"),
    _row(Verb.REAP, {_A}, {_W, _F, _C}, "one crash more; failed when crashes = max_crashes"),
    _row(Verb.CANCEL, {_W, _S, _A}, {_C, _A}, "an active job is told, and settles as cancelled"),
    _row(Verb.EXPIRE, {_W, _S}, {_C}, "not started in time"),
    _row(Verb.RETRY, {_D, _F, _C}, {_W}, "by a person; the attempts start again"),
    _row(Verb.UPDATE, {_W, _S}, {_W, _S}, "by a person; scheduled when its time is in the future"),
    _row(Verb.REMOVE, {_W, _S, _D, _F, _C}, set(), "any but active"),
    _row(Verb.PRUNE, {_D, _F, _C}, set(), "past its retention"),
)


def allows(verb: Verb, state: State) -> bool:
    """Whether the table lets `verb` start from `state`.

    >>> allows(Verb.CLAIM, State.WAITING), allows(Verb.REMOVE, State.ACTIVE)
    (True, False)
    """
    return any(row.verb is verb and state in row.sources for row in TRANSITIONS)


MEANINGS: Mapping[State, str] = {
    State.SCHEDULED: "waits for its time; with attempts made, for its backoff",
    State.WAITING: "waits for a runner",
    State.ACTIVE: "is being run",
    State.COMPLETED: "has returned",
    State.FAILED: "has no attempts left, or will not be tried again",
    State.CANCELLED: "was cancelled, or has expired",
}
