"""The queue as plain Python: what each verb must do and answer. It knows no store and no time.

Jobs are due now or in a far future. They expire in a far future or never, until somebody says that
a job's time is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tasuki.model.state import State, Verb, allows

MAX_CRASHES = 3


@dataclass(frozen=True)
class Job:
    """A job, and what people would see of it."""

    id: int
    type: str
    priority: float
    state: State
    expires: bool = False
    overdue: bool = False
    made: int = 0
    crashes: int = 0
    reason: str | None = None
    runner: str | None = None
    stamp: str = ""
    told: bool = False
    suspect: bool = False


class Settle(NamedTuple):
    """How a runner says that an attempt went, under the stamp of its claim."""

    id: int
    stamp: str
    outcome: str


class Answer(NamedTuple):
    """What an exchange must answer."""

    claimed: dict[str, list[int]]
    lost: list[int]
    cancels: list[int]
    suspects: list[str]


class Queue:
    """All jobs, by id. Every method does what the verb of its name does."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.paused: set[str] = set()
        self.last = 0

    def enqueue(self, type: str, priority: float, *, later: bool, expires: bool) -> int:
        self.last += 1
        state = State.SCHEDULED if later else State.WAITING
        self.jobs[self.last] = Job(self.last, type, priority, state, expires)
        return self.last

    def run_out(self, id: int) -> None:
        """The time in which the job had to run is over."""
        self.jobs[id] = replace(self.jobs[id], overdue=True)

    def exchange(
        self,
        runner: str,
        settles: Sequence[Settle],
        demand: Mapping[str, int],
        stamp: str,
        *,
        apart: bool = False,
    ) -> Answer:
        lost = [settle.id for settle in settles if not self._settle(runner, settle, apart=apart)]
        if apart:
            claimed = self._claim_apart(runner, demand, stamp, crashed_first=bool(settles))
        else:
            claimed = self._claim(runner, demand, stamp)
        suspects = {job.type for job in self.of(State.WAITING) if job.suspect}
        return Answer(claimed, sorted(lost), self.cancels(runner), sorted(suspects))

    def cancels(self, runner: str) -> list[int]:
        return [job.id for job in self.held(runner) if job.told]

    def held(self, runner: str) -> list[Job]:
        return [job for job in self.of(State.ACTIVE) if job.runner == runner]

    def of(self, *states: State) -> list[Job]:
        return [job for job in self.jobs.values() if job.state in states]

    def expire(self) -> None:
        for job in self.of(State.WAITING, State.SCHEDULED):
            if job.overdue:
                self._end(job, State.CANCELLED, "expired", runner=None)

    def die(self, runner: str, begun: Sequence[int] | None, *, apart: bool) -> None:
        """What had begun is suspected; what had begun alone has crashed."""
        held = self.held(runner)
        begun = [job.id for job in held] if begun is None else begun
        for each in held:
            suspected = each.id in begun
            crashed = suspected and len(begun) == 1
            job = replace(each, crashes=each.crashes + crashed)
            if job.told:
                self._end(job, State.CANCELLED, "cancelled", runner=runner)
            elif crashed and job.crashes >= MAX_CRASHES:
                self._end(job, State.FAILED, "crashed", runner=runner)
            else:
                self._put_back(job, suspect=suspected or apart)

    def leave(self, runner: str, *, apart: bool) -> int:
        released = 0
        for job in self.held(runner):
            released += self._give_back(job, State.WAITING, suspect=apart)
        return released

    def refuses(self, verb: Verb, id: int) -> str | None:
        """The state for which a person's verb is refused, or that the job is missing."""
        if id not in self.jobs:
            return "missing"
        state = self.jobs[id].state
        return None if allows(verb, state) else str(state)

    def promote(self, id: int) -> None:
        self.jobs[id] = replace(self.jobs[id], state=State.WAITING)

    def cancel(self, id: int) -> None:
        job = self.jobs[id]
        if job.state is State.ACTIVE:
            self.jobs[id] = replace(job, told=True)
        else:
            self._end(job, State.CANCELLED, "cancelled", runner=None)

    def retry(self, id: int) -> None:
        job = self.jobs[id]
        self.jobs[id] = Job(id, job.type, job.priority, State.WAITING)

    def update(self, id: int, priority: float, *, later: bool | None) -> State:
        """Later or at once, or when it was to be; a suspect that is put off is one no more."""
        job = replace(self.jobs[id], priority=priority)
        if later is not None:
            state = State.SCHEDULED if later else State.WAITING
            job = replace(job, state=state, suspect=job.suspect and not later)
        self.jobs[id] = job
        return job.state

    def remove(self, id: int) -> None:
        del self.jobs[id]

    def _settle(self, runner: str, settle: Settle, *, apart: bool) -> bool:
        job = self.jobs.get(settle.id)
        if job is None or (job.state, job.runner, job.stamp) != (
            State.ACTIVE,
            runner,
            settle.stamp,
        ):
            return False
        tried = replace(job, made=job.made + 1)
        match settle.outcome:
            case "completed and not kept":
                self.remove(job.id)
            case "completed" | "completed and kept for long":
                self._end(tried, State.COMPLETED, None, runner=runner)
            case "failed":
                self._end(tried, State.FAILED, "error", runner=runner)
            case "cancelled":
                self._end(tried, State.CANCELLED, "cancelled", runner=runner)
            case "retried":
                self._give_back(tried, State.SCHEDULED)
            case "retried at once":
                self._give_back(tried, State.WAITING)
            case "snoozed":
                self._give_back(job, State.SCHEDULED)
            case _:
                self._give_back(job, State.WAITING, suspect=apart)
        return True

    def _claim(self, runner: str, demand: Mapping[str, int], stamp: str) -> dict[str, list[int]]:
        claimed: dict[str, list[int]] = {}
        for type, wanted in demand.items():
            for job in () if type in self.paused else self._in_order(type):
                if len(claimed.get(type, ())) < wanted and self._take(job, runner, stamp):
                    claimed.setdefault(type, []).append(job.id)
        return claimed

    def _claim_apart(
        self, runner: str, demand: Mapping[str, int], stamp: str, *, crashed_first: bool
    ) -> dict[str, list[int]]:
        suspects = [
            job
            for job in self.of(State.WAITING)
            if job.suspect and job.type in demand and job.type not in self.paused
        ]

        def rank(job: Job) -> tuple[bool, int, int]:
            return (job.crashes > 0) is not crashed_first, -job.crashes, job.id

        for job in sorted(suspects, key=rank):
            if self._take(job, runner, stamp):
                return {job.type: [job.id]}
        return {}

    def _take(self, job: Job, runner: str, stamp: str) -> bool:
        """Whether a job that is the next one can be run; its time may be over."""
        if job.overdue:
            self._end(job, State.CANCELLED, "expired", runner=None)
            return False
        self.jobs[job.id] = replace(
            job, state=State.ACTIVE, runner=runner, stamp=stamp, suspect=False
        )
        return True

    def _in_order(self, type: str) -> list[Job]:
        waiting: Iterable[Job] = (
            job for job in self.of(State.WAITING) if job.type == type and not job.suspect
        )
        return sorted(waiting, key=lambda job: (job.priority, job.id))

    def _give_back(self, job: Job, state: State, *, suspect: bool = False) -> bool:
        if job.told:
            self._end(job, State.CANCELLED, "cancelled", runner=job.runner)
            return False
        self._put_back(job, state, suspect=suspect)
        return True

    def _put_back(self, job: Job, state: State = State.WAITING, *, suspect: bool = False) -> None:
        self.jobs[job.id] = replace(
            job, state=state, runner=None, stamp="", told=False, suspect=suspect
        )

    def _end(self, job: Job, state: State, reason: str | None, *, runner: str | None) -> None:
        self.jobs[job.id] = replace(
            job, state=state, reason=reason, runner=runner, stamp="", told=False, suspect=False
        )
