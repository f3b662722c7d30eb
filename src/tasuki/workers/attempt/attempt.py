"""One attempt: a claimed job, the worker that runs it, and how far it has come."""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasuki.model.outcome import Cancelled, Failed, JobError, Outcome, Released
from tasuki.wire.record import size_apart
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.claim import Claim
from tasuki.workers.attempt.fetching import Fetch, fetched
from tasuki.workers.attempt.forks import end_stray_child
from tasuki.workers.attempt.judge import bad_record, check, judge, judge_result, told
from tasuki.workers.attempt.notebook import Notebook
from tasuki.workers.attempt.of_job import enter_job
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.attempt.timeouts import Timeouts
from tasuki.workers.describe import message_of
from tasuki.workers.job import Job
from tasuki.workers.places.place import Place
from tasuki.workers.spec import WorkerSpec

log = logging.getLogger("tasuki.runner")

STUBBORN_SECONDS = 5.0
"""How long an attempt that was made to stop may go on before it is settled without it.

If it still goes on as long again, it is stuck.
"""

STILL_RUNNING = Cancelled(
    message="It was told to stop and has not: its code may still be running, and keeps its place."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a runner is to its attempts; all of it is called in the loop.

    `settled` is told the outcome of each attempt once, `left` when its slot is free. `noted` is
    told that there are notes to take, `begins` that its time begins later than it was started, and
    `stuck` that it goes on although it was settled without it. A result of more than
    `result_limit` bytes is refused.
    """

    loop: asyncio.AbstractEventLoop
    box: BlackBox
    timeouts: Timeouts
    fetch: Fetch
    result_limit: int
    settled: "Callable[[Attempt, Outcome], None]"
    left: "Callable[[Attempt], None]"
    noted: "Callable[[Attempt], None]"
    begins: Callable[[], None]
    stuck: "Callable[[Attempt], None]"
    thread: int


class Attempt(Claim):
    """A claimed job on its way through the steps.

    It waits in the line of its place until a slot is free, and has begun with its first step. It is
    told to stop by `stop`. One that ignores that, or is in a thread, where it cannot be
    interrupted, is settled after a while all the same; it keeps its slot until it really ends, and
    what it returns then counts no more. Nothing that a job does makes any of this raise.
    """

    __slots__ = (
        "_ended",
        "_entered",
        "_fetching",
        "_hold",
        "_host",
        "_notebook",
        "_place",
        "_telling",
        "_timer",
        "cell",
        "job",
        "settled",
        "stopping",
    )

    def __init__(
        self,
        host: Host,
        place: Place[Any],
        spec: WorkerSpec,
        ref: str,
        stamp: str,
        text: str,
        tries: str,
    ) -> None:
        super().__init__(spec, ref, stamp, text, tries)
        self._host = host
        self._place = place
        self.settled = False
        self.stopping: Stop | None = None
        self.cell: int | None = None
        """Its cell in the black box, when its steps have come out of it; who takes it, ends it."""
        self.job: Job[Any] | None = None
        self._hold: Any = None
        self._fetching: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._notebook: Notebook | None = None
        self._ended = self._entered = self._telling = False

    def start(self) -> None:
        """Go to its place, as soon as the data are there."""
        try:
            size = None if self.unreadable else size_apart(self.data)
        except ValueError as error:
            size, self.unreadable = None, message_of(error)
        if self.unreadable:
            log.error("job %s cannot be read: %s", self.ref, self.unreadable)
            self.end(bad_record(f"what the store holds of it cannot be read: {self.unreadable}"))
        elif size is None:
            self._enter()
        else:
            self._fetching = self._host.loop.create_task(self._fetch(size))

    def stop(self, why: Stop) -> None:
        """Make it stop: cancelled in the loop, asked to in a thread, not even begun in a line."""
        if self.stopping is not None and why is not Stop.LOST:
            return
        self.stopping = why
        if self.job is not None:
            self.job.cancelled = True
        if self._leave_line():
            self.end(self._told())
            return
        # What has not come to its first step looks by itself; a task would end without any.
        if self._entered:
            if self._fetching is not None:
                self._fetching.cancel()
            elif self._hold is not None:
                self._place.interrupt(self._hold)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._host.loop.call_later(STUBBORN_SECONDS, self._give_up)

    def give_back(self) -> bool:
        """Have the job released untouched, if it still waits in line. Gives whether it did."""
        if not self._leave_line():
            return False
        self.end(Released())
        return True

    def end(self, outcome: Outcome) -> None:
        """It is over. Its slot is free, and the outcome counts unless it came too late."""
        if self._ended:
            return
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.timeout is not None:
            self._host.timeouts.forget(self)
        self._settle(outcome)
        self._host.left(self)
        # The attempt and its job know each other. Parted, they need no garbage collector to go.
        self.job = self._hold = self._fetching = None

    async def steps(self) -> None:
        """Begin, check the data, run, judge, report; wherever its place is."""
        cell, host, spec = None, self._host, self.spec
        try:
            # In this order, so that who stops it sees the job, or is seen by the next line.
            job = self.job = Job(self, self.data, spec.decoder)
            self._entered = True
            enter_job()
            self.begin()
            if self.stopping is not None or self.has_expired():
                outcome = self._told()
            else:
                cell = host.box.begin(self.ref)
                outcome = None if spec.decoder is None else check(job)
                if outcome is None:
                    result = spec.process(job)
                    if hasattr(type(result), "__await__"):
                        if self._place.into_loop is not None:
                            await self._place.into_loop
                        result = await result
                    outcome = self._judge(result)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is this attempt's end
            outcome = self._raised(error)
        end_stray_child()
        self.cell = cell
        self._place.deliver(self, outcome)

    def stack(self) -> str:
        """Where it is, as text."""
        return "" if self._hold is None else self._place.stack(self._hold)

    def add_line(self, line: str) -> None:
        """Take a log line, in any thread. What comes after the end is not kept."""
        if not self.settled:
            self._notes().add_line(line)
            self._tell()

    def set_progress(self, progress: str) -> None:
        """Take the progress as JSON text, in any thread."""
        if not self.settled:
            self._notes().set_progress(progress)
            self._tell()

    def take_notes(self) -> tuple[str | None, list[str]]:
        """The progress as JSON text, and the log lines, since the last time."""
        return (None, []) if self._notebook is None else self._notebook.take()

    async def _fetch(self, size: int) -> None:
        self._entered = True
        try:
            text = None
            if self.stopping is None:
                text = await fetched(self._host.fetch, self.ref, size)
        except asyncio.CancelledError:
            self.end(self._told())
        except Exception as error:
            log.exception("the data of job %s cannot be fetched", self.ref)
            self.end(bad_record(f"its data cannot be fetched: {message_of(error)}"))
        else:
            self._fetching = None
            if self.stopping is not None:
                self.end(self._told())
            elif text is None:
                self.end(bad_record("its data are not in the store any more"))
            else:
                self.data = text
                self._entered = False
                self.count_from_now()
                self._host.begins()
                self._enter()

    def _enter(self) -> None:
        if self.timeout is not None:
            self._host.timeouts.watch(self, self.timeout)
        self._hold = self._place.start(self)

    def _leave_line(self) -> bool:
        return self._hold is not None and self._place.withdraw(self._hold)

    def _judge(self, result: object) -> Outcome:
        if self.stopping is not None:
            return self._told()
        return judge_result(result, self._host.result_limit)

    def _raised(self, error: BaseException) -> Outcome:
        if self.stopping is not None:
            return self._told(error)
        return judge(error, self.number, self.rule)

    def _told(self, error: BaseException | None = None) -> Outcome:
        return told(self.stopping, self.timeout or 0.0, self.number, self.rule, error)

    def _give_up(self) -> None:
        self._timer = self._host.loop.call_later(STUBBORN_SECONDS, self._host.stuck, self)
        outcome = self._told()
        self._settle(STILL_RUNNING if isinstance(outcome, Cancelled) else outcome)

    def _settle(self, outcome: Outcome) -> None:
        if self.settled:
            return
        self.settled = True
        try:
            self._host.settled(self, outcome)
        except Exception as error:
            log.exception("what job %s came to cannot be told: %r", self.ref, outcome)
            self._host.settled(self, Failed(JobError("BadOutcome", message_of(error))))

    def _notes(self) -> Notebook:
        if self._notebook is None:
            self._notebook = Notebook()
        return self._notebook

    def _tell(self) -> None:
        if threading.get_ident() == self._host.thread:
            self._host.noted(self)
        elif not self._telling:
            self._telling = True
            try:
                self._host.loop.call_soon_threadsafe(self._tell_in_loop)
            except RuntimeError:
                # The loop has closed: the runner left without this attempt, and released it.
                return

    def _tell_in_loop(self) -> None:
        self._telling = False
        if not self.settled:
            self._host.noted(self)
