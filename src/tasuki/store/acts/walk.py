"""The way through the lists of jobs that an action is possible for, and how far it has come."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tasuki.model.errors import InvalidError
from tasuki.model.filter import Filter
from tasuki.model.job import JobInfo
from tasuki.model.rules import OneOf
from tasuki.model.state import TRANSITIONS, State, Verb
from tasuki.model.update import Update
from tasuki.store.looks.listing import start_of

ACTIONS = (Verb.CANCEL, Verb.PROMOTE, Verb.REMOVE, Verb.RETRY, Verb.UPDATE)
"""What can be done to many jobs."""

_CURSOR = re.compile(r"([0-9a-f]{16})\.([0-9]{1,16})\.([0-9]{1,16})\.([a-z]+)\.(.+)", re.DOTALL)


class Mark(NamedTuple):
    """When a call began: the time of the store in milliseconds, and its last id."""

    time: int
    id: int


class Whereabouts(NamedTuple):
    """How far a walk through the states has come: a cursor in the list of one of them."""

    state: State
    cursor: str


class Walk:
    """The way through the states that an action is possible in, for a filter."""

    def __init__(
        self, action: Verb | str, filter: Filter, update: Update | None, *, dry_run: bool
    ) -> None:
        action = self.action = Verb(OneOf(ACTIONS).check("action", action))
        if (action is Verb.UPDATE) != (update is not None):
            problem = f"is not for {action}" if update else "is needed: it says what changes"
            raise InvalidError(problem, field="update")
        if filter.says_nothing:
            raise InvalidError("says nothing: every job would match", field="filter")
        sources = next(row.sources for row in TRANSITIONS if row.verb is action)
        self._states = [
            state
            for state in State
            if state in sources
            and filter.state in (None, state)
            and (state.finished or not filter.of_finished)
        ]
        if not self._states:
            possible = ", ".join(state for state in State if state in sources)
            raise InvalidError(
                f"leaves out all jobs that one can {action}: they are {possible}", field="filter"
            )
        self._filter = filter
        self.state = None if filter.state is None else State(filter.state)
        text = msgspec.json.encode((action, filter, update, dry_run))
        self._digest = hashlib.sha256(text).hexdigest()[:16]

    def selects(self, job: JobInfo, mark: Mark) -> bool:
        """Whether a job matches, and had come before the call."""
        in_time = job.finished_at is None or _milliseconds(job.finished_at) <= mark.time
        return job.id <= mark.id and in_time and self._filter.matches(job)

    def first(self, mark: Mark) -> Whereabouts:
        return self._start(self._states[0], mark)

    def behind(
        self, place: Whereabouts, cursor: str | None, jobs: Sequence[JobInfo], mark: Mark
    ) -> Whereabouts | None:
        """Where to go on after a page, which had these jobs and gave this cursor."""
        if cursor is not None and not self._passed(jobs):
            return Whereabouts(place.state, cursor)
        later = self._states[self._states.index(place.state) + 1 :]
        return self._start(later[0], mark) if later else None

    def cursor(self, mark: Mark, place: Whereabouts) -> str:
        return f"{self._digest}.{mark.time}.{mark.id}.{place.state}.{place.cursor}"

    def resumed(self, cursor: str) -> tuple[Mark, Whereabouts]:
        """When a call began, and how far it had come, by the cursor that it gave."""
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise InvalidError("is not one that a bulk action gave", field="cursor")
        digest, time, id, state, place = found.groups()
        if digest != self._digest or state not in self._states:
            raise InvalidError(
                "is from another action, filter or update: it goes on with what began it",
                field="cursor",
            )
        return Mark(int(time), int(id)), Whereabouts(State(state), place)

    def _start(self, state: State, mark: Mark) -> Whereabouts:
        before = self._filter.finished_before
        by = mark.time if before is None else min(mark.time, _milliseconds(before))
        return Whereabouts(state, start_of(state, by))

    def _passed(self, jobs: Sequence[JobInfo]) -> bool:
        """Whether all jobs behind these ended too early: those that ended last stand first."""
        after = self._filter.finished_after
        return after is not None and any(
            job.finished_at and job.finished_at < after for job in jobs
        )


def _milliseconds(moment: datetime) -> int:
    """Since 1970, as the store counts them."""
    return round(moment.timestamp() * 1_000)
