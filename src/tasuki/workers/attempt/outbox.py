"""Collects what the attempts of a runner have come to, in the columns that an exchange sends."""

import time
from collections import deque

from tasuki.model.outcome import (
    Cancelled,
    Completed,
    Failed,
    JobError,
    Outcome,
    Released,
    Retried,
    Snoozed,
)
from tasuki.model.run_times import bucket
from tasuki.model.state import State
from tasuki.store.messages import (
    FinishedGroup,
    Notes,
    ReleasedGroup,
    Report,
    ScheduledGroup,
)
from tasuki.wire.record import encode_error, encode_tries, set_aside
from tasuki.workers.attempt.attempt import Attempt
from tasuki.workers.attempt.blackbox import BlackBox

MOST_BYTES = 2**20
"""How much one report carries, if no single job has more to say."""
JOB_BYTES = 100
"""About what a job takes in a report besides its texts."""


class Outbox:
    """Outcomes and notes since the last exchange, in reports that are short enough to send.

    A report that is full is closed, and the next one begun; they go out in that order. Until the
    store has one, the black box holds whose outcomes are in it: a process that dies before takes
    them along, so their jobs run again, and may be what it died of.
    """

    def __init__(self, box: BlackBox) -> None:
        self._box = box
        self._closed: deque[tuple[Report, list[int]]] = deque()
        self._sent: list[int] = []
        self._noted: dict[Attempt, None] = {}
        self._begin_report()

    def __bool__(self) -> bool:
        return bool(self._bytes or self._noted or self._closed)

    def note(self, attempt: Attempt) -> None:
        """The attempt has progress or log lines to send."""
        self._noted[attempt] = None

    def add(self, attempt: Attempt, outcome: Outcome) -> None:
        """The attempt has come to this outcome."""
        if self._noted and attempt in self._noted:
            # What it has noted counts only as long as it is held.
            self._take_notes(attempt)
        if attempt.cell is not None:
            self._cells.append(attempt.cell)
            attempt.cell = None
        match outcome:
            case Completed():
                body, large = set_aside(outcome.result)
                self._finish(attempt, self._completed_group(attempt), "-", body, large)
            case Failed():
                group = self._group(State.FAILED, attempt.spec.type)
                self._finish(attempt, group, outcome.reason, encode_error(outcome.error))
            case Cancelled():
                group = self._group(State.CANCELLED, attempt.spec.type)
                self._finish(attempt, group, outcome.reason, outcome.message)
            case Retried():
                tries = encode_tries(attempt.number, attempt.crashes, outcome.error)
                self._schedule(attempt, "retried", outcome.delay, tries)
            case Snoozed():
                self._schedule(attempt, "snoozed", outcome.delay, "")
            case Released():
                self._release(attempt)

    def take(self) -> Report:
        """What comes first; what is left after it is for the next report."""
        if not self._closed:
            for attempt in list(self._noted):
                self._take_notes(attempt)
                if self._closed:
                    break
            else:
                self._close_report()
        report, cells = self._closed.popleft()
        self._sent += cells
        return report

    def taken(self) -> None:
        """The store has what was given last."""
        for cell in self._sent:
            self._box.end(cell)
        self._sent.clear()

    def forget(self, attempt: Attempt) -> None:
        """The attempt has ended. If that is not to be told any more, nothing is left of it."""
        if attempt.cell is not None:
            self._box.end(attempt.cell)

    def refused(self, piece: Report, error: JobError) -> Report:
        """What to say in place of something that the store does not take: the job has failed."""
        body = encode_error(error)
        groups = [
            FinishedGroup(
                State.FAILED,
                group.type,
                group.ids,
                group.stamps,
                [f"{stamp[:-3]} 1 0 report\n{body}" for stamp in group.stamps],
            )
            for group in (*piece.finished, *piece.scheduled, *piece.released)
        ]
        return Report(finished=groups)

    def clear(self) -> None:
        """Forget everything: the lease was lost."""
        for _, cells in self._closed:
            self._sent += cells
        self._sent += self._cells
        self.taken()
        self._closed.clear()
        self._noted.clear()
        self._begin_report()

    def _begin_report(self) -> None:
        self._bytes = 0
        self._cells: list[int] = []
        self._notes = Notes()
        self._completed: dict[str, FinishedGroup] = {}
        self._finished: dict[tuple[State, str, float | None], FinishedGroup] = {}
        self._scheduled: dict[tuple[str, str], ScheduledGroup] = {}
        self._released: dict[str, ReleasedGroup] = {}

    def _close_report(self) -> None:
        report = Report(
            self._notes,
            list(self._finished.values()),
            list(self._scheduled.values()),
            list(self._released.values()),
        )
        self._closed.append((report, self._cells))
        self._begin_report()

    def _weigh(self, size: int) -> None:
        self._bytes += JOB_BYTES + size
        if self._bytes > MOST_BYTES:
            self._close_report()

    def _take_notes(self, attempt: Attempt) -> None:
        del self._noted[attempt]
        notes = self._notes
        notes.ids.append(attempt.ref)
        notes.stamps.append(attempt.stamp)
        position, size = len(notes.ids), 0
        progress, lines = attempt.take_notes()
        if progress is not None:
            notes.progress[position] = progress
            size += len(progress)
        if lines:
            notes.lines[position] = lines
            size += sum(map(len, lines))
        self._weigh(size)

    def _completed_group(self, attempt: Attempt) -> FinishedGroup:
        type, own = attempt.spec.type, attempt.options.keep
        # What nearly all jobs come to is found without the key, which costs as much as the rest.
        group = self._completed.get(type) if own is None else None
        if group is None:
            group = self._group(State.COMPLETED, type, own)
            if own is None:
                self._completed[type] = group
        return group

    def _group(self, state: State, type: str, own: float | None = None) -> FinishedGroup:
        group = self._finished.get((state, type, own))
        if group is None:
            group = FinishedGroup(state, type, own=None if own is None else round(own * 1_000))
            self._finished[state, type, own] = group
        return group

    def _finish(
        self,
        attempt: Attempt,
        group: FinishedGroup,
        reason: str,
        body: str,
        large: str | None = None,
    ) -> None:
        group.ids.append(attempt.ref)
        group.stamps.append(attempt.stamp)
        group.bodies.append(
            f"{attempt.started_ms} {attempt.number} {attempt.crashes} {reason}\n{body}"
        )
        ms = (time.monotonic() - attempt.started) * 1_000
        group.ms += int(ms)
        name = bucket(ms)
        group.histogram[name] = group.histogram.get(name, 0) + 1
        if large is None:
            self._weigh(len(body))
        else:
            group.large[len(group.ids)] = large
            self._weigh(len(body) + len(large))

    def _schedule(self, attempt: Attempt, event: str, delay: float, tries: str) -> None:
        type = attempt.spec.type
        group = self._scheduled.get((type, event))
        if group is None:
            group = self._scheduled[type, event] = ScheduledGroup(type, event)
        group.ids.append(attempt.ref)
        group.stamps.append(attempt.stamp)
        group.delays.append(round(delay * 1_000))
        group.tries.append(tries)
        group.expires.append(str(attempt.expires))
        self._weigh(len(tries))

    def _release(self, attempt: Attempt) -> None:
        type = attempt.spec.type
        group = self._released.get(type)
        if group is None:
            group = self._released[type] = ReleasedGroup(type)
        group.ids.append(attempt.ref)
        group.stamps.append(attempt.stamp)
        self._weigh(0)
