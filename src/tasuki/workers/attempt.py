"""One attempt: a claimed job, the worker that runs it, and how far it has come."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from tasuki.model.errors import StoreError
from tasuki.model.outcome import Cancelled, Completed, Failed, JobError, Outcome, Released
from tasuki.wire.ids import decode_id
from tasuki.wire.payload import encode, too_large
from tasuki.wire.record import Record, decode_record, decode_tries
from tasuki.workers.blackbox import BlackBox
from tasuki.workers.describe import message_of, traceback_of
from tasuki.workers.forks import end_stray_child
from tasuki.workers.job import Job
from tasuki.workers.judge import Limits, bad_record, bad_result, invalid, judge, timed_out
from tasuki.workers.notebook import Notebook
from tasuki.workers.places.place import Place
from tasuki.workers.spec import WorkerSpec

log = logging.getLogger("tasuki.runner")

STUBBORN_SECONDS = 5.0
"""How long an attempt that was made to stop may go on before it is settled without it.

If it still goes on as long again, it is stuck.
"""
FETCH_AGAIN_SECONDS = 0.5

NOTHING = Completed()
STILL_RUNNING = Cancelled(
    message="It was told to stop and has not: its code may still be running, and keeps its place."
)

Fetch = Callable[[str, int], Awaitable[str | None]]
"""Gets the data of a job, by its key and their size in bytes; None if they are gone."""


class Stop(Enum):
    """Why an attempt is made to stop."""

    CANCEL = "cancel"
    TIMEOUT = "timeout"
    RELEASE = "release"
    LOST = "lost"


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
    fetch: Fetch
    result_limit: int
    settled: "Callable[[Attempt, Outcome], None]"
    left: "Callable[[Attempt], None]"
    noted: "Callable[[Attempt], None]"
    begins: Callable[[], None]
    stuck: "Callable[[Attempt], None]"
    thread: int


class Attempt:
    """A claimed job on its way through the steps. `key` and `stamp` name the claim to the store.

    It is told to stop by `stop`. One that ignores that, or is in a thread, where it cannot be
    interrupted, is settled after a while all the same; it keeps its slot until it really ends, and
    what it returns then counts no more. Nothing that a job does makes any of this raise.
    """

    __slots__ = (
        "_ended",
        "_entered",
        "_hold",
        "_host",
        "_notebook",
        "_place",
        "_telling",
        "_timer",
        "_unreadable",
        "attempt",
        "crashes",
        "job",
        "key",
        "record",
        "settled",
        "spec",
        "stamp",
        "started",
        "stopping",
    )

    record: Record

    def __init__(
        self,
        host: Host,
        place: Place[Any],
        spec: WorkerSpec,
        key: str,
        stamp: str,
        text: str,
        tries: str,
    ) -> None:
        self._host = host
        self._place = place
        self.spec = spec
        self.key = key
        self.stamp = stamp
        self.attempt = 1
        self.crashes = 0
        self.started = time.monotonic()
        self.stopping: Stop | None = None
        self.settled = False
        self.job: Job[Any] | None = None
        self._hold: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._notebook: Notebook | None = None
        self._ended = self._entered = self._telling = False
        self._unreadable = ""
        try:
            if tries:
                made, self.crashes, _ = decode_tries(tries)
                self.attempt = made + 1
            self.record = decode_record(text)
        except Exception as error:  # noqa: BLE001 - it may have been written by anyone
            self._unreadable = message_of(error)

    @property
    def id(self) -> int | str:
        """The job's id as people know it."""
        try:
            return decode_id(self.key)
        except ValueError:
            return self.key

    @property
    def token(self) -> str:
        """A name of this very attempt."""
        return f"{self.stamp}-{self.key}"

    @property
    def timeout(self) -> float | None:
        """Seconds that the attempt may take: the job's own, else the worker's."""
        own = self.record.options.timeout
        return own if own is not None else self.spec.timeout

    @property
    def deadline(self) -> float | None:
        """Monotonic time by which it should be over; None if there is no such time."""
        if self._unreadable:
            return self.started
        timeout = self.timeout
        return None if timeout is None else self.started + timeout

    @property
    def limits(self) -> Limits:
        """How often and with which backoff the job is tried: the job's own, else the worker's."""
        options = self.record.options
        return Limits(options.attempts or self.spec.attempts, options.backoff or self.spec.backoff)

    def start(self) -> None:
        """Begin, as soon as the data are there."""
        if self._unreadable:
            log.error("job %s cannot be read: %s", self.key, self._unreadable)
            self.end(bad_record(f"what the store holds of it cannot be read: {self._unreadable}"))
        elif self.record.large is None:
            self._begin(self.record.data)
        else:
            self._hold = self._host.loop.create_task(self._fetch(self.record.large.size))

    def stop(self, why: Stop) -> None:
        """Make it stop: cancelled in the loop, asked to in a thread."""
        if self.stopping is not None and why is not Stop.LOST:
            return
        self.stopping = why
        if self.job is not None:
            self.job.cancelled = True
        # What has not come to its first step looks by itself; a task would end without any.
        if self._entered:
            self._interrupt()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._host.loop.call_later(STUBBORN_SECONDS, self._give_up)

    def end(self, outcome: Outcome) -> None:
        """It is over. Its slot is free, and the outcome counts unless it came too late."""
        if self._ended:
            return
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._settle(outcome)
        self._host.left(self)
        # The attempt and its job know each other. Parted, they need no garbage collector to go.
        self.job = self._hold = None

    async def steps(self) -> None:
        """Check the data, run, judge, report; wherever its place is."""
        self._entered = True
        box, place, spec, job, slot = self._host.box, self._place, self.spec, self.job, -1
        try:
            if job is None or self.stopping is not None:
                outcome = self._told()
            else:
                slot = box.begin(self.key)
                outcome = None if spec.decoder is None else _check(job)
                if outcome is None:
                    result = spec.process(job)
                    if hasattr(type(result), "__await__"):
                        if place.into_loop is not None:
                            await place.into_loop
                        result = await result
                    outcome = self._judge(result)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is this attempt's end
            outcome = self._raised(error)
        end_stray_child()
        if slot >= 0:
            box.end(slot)
        place.deliver(self, outcome)

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
                text = await self._fetched(size)
        except asyncio.CancelledError:
            self.end(self._told())
        except Exception as error:
            log.exception("the data of job %s cannot be fetched", self.key)
            self.end(bad_record(f"its data cannot be fetched: {message_of(error)}"))
        else:
            if self.stopping is not None:
                self.end(self._told())
            elif text is None:
                self.end(bad_record("its data are not in the store any more"))
            else:
                self._entered = False
                self.started = time.monotonic()
                self._host.begins()
                self._begin(text)

    async def _fetched(self, size: int) -> str | None:
        while True:
            try:
                return await self._host.fetch(self.key, size)
            except StoreError as error:
                if not error.transient:
                    raise
                log.debug("the data of job %s wait for the store: %s", self.key, error)
            await asyncio.sleep(FETCH_AGAIN_SECONDS)

    def _begin(self, data: str) -> None:
        record, timeout = self.record, self.timeout
        try:
            self.job = Job(
                id=decode_id(self.key),
                type=record.type,
                text=data,
                attempt=self.attempt,
                priority=record.priority,
                tags=record.options.tags,
                deadline=None if timeout is None else _after(timeout),
                notes=self,
                decoder=self.spec.decoder,
            )
            if timeout is not None:
                self._timer = self._host.loop.call_later(timeout, self.stop, Stop.TIMEOUT)
            self._hold = self._place.start(self)
        except Exception as error:
            log.exception("job %s cannot begin", self.key)
            self.end(bad_record(f"it cannot begin: {message_of(error)}"))

    def _judge(self, result: object) -> Outcome:
        if self.stopping is not None:
            return self._told()
        if result is None:
            return NOTHING
        try:
            text = bytes(encode(result, "result"))
            if len(text) > self._host.result_limit:
                raise too_large(len(text), self._host.result_limit, "result")
            return Completed(text.decode())
        except BaseException as error:  # noqa: BLE001 - users' types may raise anything
            return bad_result(error)

    def _raised(self, error: BaseException) -> Outcome:
        if self.stopping is not None:
            return self._told(error)
        return judge(error, self.attempt, self.limits)

    def _told(self, error: BaseException | None = None) -> Outcome:
        """The outcome of one that was told to stop: what it came to itself counts no more."""
        match self.stopping:
            case Stop.CANCEL:
                return Cancelled()
            case Stop.TIMEOUT:
                where = "" if error is None else traceback_of(error)
                return timed_out(self.timeout or 0.0, self.attempt, self.limits, where)
            case _:
                return Released()

    def _interrupt(self) -> None:
        if self._hold is None:
            return
        if self.job is None:
            self._hold.cancel()
        else:
            self._place.interrupt(self._hold)

    def _give_up(self) -> None:
        self._timer = self._host.loop.call_later(STUBBORN_SECONDS, self._host.stuck, self)
        told = self._told()
        self._settle(STILL_RUNNING if isinstance(told, Cancelled) else told)

    def _settle(self, outcome: Outcome) -> None:
        if self.settled:
            return
        self.settled = True
        try:
            self._host.settled(self, outcome)
        except Exception as error:
            log.exception("what job %s came to cannot be told: %r", self.key, outcome)
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


def _check(job: Job[Any]) -> Outcome | None:
    """Whether the data are what the worker asks for."""
    try:
        job.data  # noqa: B018 - reading it validates it
    except Exception as error:  # noqa: BLE001 - validators of users' models raise anything
        return invalid(error)
    return None


def _after(seconds: float) -> datetime:
    """The time in so many seconds; the end of the calendar if it comes first."""
    try:
        return datetime.now(UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
