"""What happens in the program, told by name to whoever listens."""

import logging
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec

from tasuki.telemetry.complaints import Complaints


class ScriptCalled(msgspec.Struct, frozen=True):
    """A script of the store was called. What is sent a second time is told a second time."""

    script: Annotated[str, "its name, such as `enqueue`"]
    seconds: Annotated[float, "until there was an answer, or none was waited for any longer"]
    outcome: Annotated[str, "`ok`, the `code` of the error, or `cancelled` by the caller"]


class AttemptEnded(msgspec.Struct, frozen=True):
    """An attempt of a job came to its end in a runner."""

    type: Annotated[str, "the type of the job"]
    outcome: Annotated[
        str,
        "`completed`, `retried`, `failed`, `cancelled`, `snoozed`, `released`, or `lost` with the"
        " lease of the runner, so that nobody takes what it came to",
    ]
    seconds: Annotated[float, "since it began; 0 for one that was given back before"]
    number: Annotated[int, "which attempt of the job it is, from 1"]


class UpkeepDone(msgspec.Struct, frozen=True, kw_only=True):
    """A step of upkeep was done. All but `runners` are numbers of jobs."""

    runners: Annotated[list[str], "the lost runners whose jobs were taken back"] = []
    requeued: Annotated[int, "taken back, and waiting again"] = 0
    suspects: Annotated[int, "those of them that wait for a runner apart"] = 0
    failed: Annotated[int, "taken back, and failed by their last crash"] = 0
    cancelled: Annotated[int, "taken back, and cancelled as they had been told"] = 0
    promoted: Annotated[int, "scheduled before, and waiting now"] = 0
    expired: Annotated[int, "cancelled because they had not begun in time"] = 0
    pruned: Annotated[int, "deleted, past their retention"] = 0


class JobsTakenBack(msgspec.Struct, frozen=True):
    """A supervisor took back the jobs of a runner that had crashed."""

    runner: Annotated[str, "the runner, as the supervisor calls it"]
    requeued: Annotated[int, "jobs that wait again"]
    failed: Annotated[int, "jobs that failed by their last crash"]
    cancelled: Annotated[int, "jobs that were cancelled, as they had been told"]


class JobsReleased(msgspec.Struct, frozen=True):
    """A runner that was told to end has left, and what it had not finished waits again."""

    runner: Annotated[str, "the runner, by its identity, or as its supervisor calls it"]
    jobs: Annotated[int, "how many; no attempt of theirs is counted"]


class JobsLost(msgspec.Struct, frozen=True):
    """A runner said what became of jobs that had been taken back from it. It was too late."""

    runner: Annotated[str, "the identity of the runner"]
    jobs: Annotated[int, "how many"]


AnyEvent = ScriptCalled | AttemptEnded | UpkeepDone | JobsTakenBack | JobsReleased | JobsLost

E = TypeVar("E", bound=AnyEvent)


class Listeners:
    """Those who listen to events, each to its kinds.

    A listener is called at once and in the thread where the event happens, so it is quick, and what
    it shares it guards. What it raises goes to the log, and harms nobody. Where much happens, an
    event is made only if its kind is `in` the listeners.

    >>> listeners = Listeners()
    >>> AttemptEnded in listeners
    False
    >>> listeners.add(AttemptEnded, lambda event: print(event.type, event.outcome))
    >>> listeners.tell(AttemptEnded("email", "completed", seconds=0.2, number=1))
    email completed
    """

    def __init__(self) -> None:
        self._listeners: dict[type[AnyEvent], tuple[Callable[[Any], None], ...]] = {}
        log = logging.getLogger("tasuki.events")
        self._complaints = Complaints(log, "a listener to events failed, and all else goes on")

    def __contains__(self, kind: type[AnyEvent]) -> bool:
        return kind in self._listeners

    def add(self, kind: type[E], listener: Callable[[E], None]) -> None:
        """From now on call the listener with each event of this kind."""
        self._listeners[kind] = (*self._listeners.get(kind, ()), listener)

    def tell(self, event: AnyEvent) -> None:
        """It has happened: call those who listen to it."""
        for listener in self._listeners.get(type(event), ()):
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the listener's alone
                self._complaints.add(error)
