"""Collects what the attempts of a runner have come to, in the columns that an exchange sends."""

import time
from collections.abc import Iterable

from tasuki.model.outcome import (
    Cancelled,
    Completed,
    Failed,
    Outcome,
    Released,
    Retried,
    Snoozed,
)
from tasuki.model.retention import Retention
from tasuki.model.run_times import bucket
from tasuki.model.state import State
from tasuki.store.messages import (
    FinishedGroup,
    Notes,
    ReleasedGroup,
    Report,
    ScheduledGroup,
)
from tasuki.wire.record import encode_error, encode_tries
from tasuki.workers.attempt import Attempt


class Outbox:
    """Outcomes and notes since the last exchange."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._finished: dict[tuple[State, str, float], FinishedGroup] = {}
        self._scheduled: dict[tuple[str, str], ScheduledGroup] = {}
        self._released: dict[str, ReleasedGroup] = {}
        self._noted: dict[Attempt, None] = {}

    def __bool__(self) -> bool:
        return bool(self._finished or self._scheduled or self._released or self._noted)

    def note(self, attempt: Attempt) -> None:
        """The attempt has progress or log lines to send."""
        self._noted[attempt] = None

    def add(self, attempt: Attempt, outcome: Outcome) -> None:
        """The attempt has come to this outcome."""
        match outcome:
            case Completed():
                self._finish(attempt, State.COMPLETED, "-", outcome.result)
            case Failed():
                self._finish(attempt, State.FAILED, outcome.reason, encode_error(outcome.error))
            case Cancelled():
                self._finish(attempt, State.CANCELLED, outcome.reason, outcome.message)
            case Retried():
                tries = encode_tries(attempt.attempt, attempt.crashes, outcome.error)
                self._schedule(attempt, "retried", outcome.delay, tries)
            case Snoozed():
                self._schedule(attempt, "snoozed", outcome.delay, "")
            case Released():
                self._release(attempt)

    def take(self) -> Report:
        """Everything so far; the outbox is empty afterwards."""
        report = Report(
            _take_notes(self._noted),
            list(self._finished.values()),
            list(self._scheduled.values()),
            list(self._released.values()),
        )
        self._finished, self._scheduled, self._released = {}, {}, {}
        self._noted = {}
        return report

    def clear(self) -> None:
        """Forget everything: the lease was lost."""
        self.take()

    def _finish(self, attempt: Attempt, state: State, reason: str, body: str) -> None:
        type = attempt.spec.type
        keep = self._retention.of(state)
        own = attempt.record.options.keep if state is State.COMPLETED else None
        age = keep.age if own is None else own
        group = self._finished.get((state, type, age))
        if group is None:
            group = FinishedGroup(state, type, round(age * 1_000), keep.count)
            self._finished[state, type, age] = group
        group.ids.append(attempt.key)
        group.stamps.append(attempt.stamp)
        started = attempt.stamp[:-3]
        group.bodies.append(f"{started} {attempt.attempt} {attempt.crashes} {reason}\n{body}")
        ms = (time.monotonic() - attempt.started) * 1_000
        group.ms += int(ms)
        name = bucket(ms)
        group.histogram[name] = group.histogram.get(name, 0) + 1

    def _schedule(self, attempt: Attempt, event: str, delay: float, tries: str) -> None:
        type = attempt.spec.type
        group = self._scheduled.get((type, event))
        if group is None:
            group = self._scheduled[type, event] = ScheduledGroup(type, event)
        group.ids.append(attempt.key)
        group.stamps.append(attempt.stamp)
        group.delays.append(round(delay * 1_000))
        group.tries.append(tries)
        group.expires.append(str(attempt.record.expires))

    def _release(self, attempt: Attempt) -> None:
        type = attempt.spec.type
        group = self._released.get(type)
        if group is None:
            group = self._released[type] = ReleasedGroup(type)
        group.ids.append(attempt.key)
        group.stamps.append(attempt.stamp)


def _take_notes(noted: Iterable[Attempt]) -> Notes:
    notes = Notes()
    for position, attempt in enumerate(noted, 1):
        notes.ids.append(attempt.key)
        notes.stamps.append(attempt.stamp)
        if attempt.progress is not None:
            notes.progress[position], attempt.progress = attempt.progress, None
        if attempt.lines:
            notes.lines[position], attempt.lines = attempt.lines, []
    return notes
