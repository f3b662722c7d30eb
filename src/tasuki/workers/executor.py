"""Runs attempts: each in a task of its own, async ones in the loop, plain ones in threads."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tasuki.model.errors import PayloadError
from tasuki.model.outcome import Cancelled, Completed, Outcome, Released
from tasuki.wire.payload import encode
from tasuki.workers.attempt import Attempt, Stop
from tasuki.workers.job import Job
from tasuki.workers.judge import bad_result, invalid, judge, timed_out

NOTHING = Completed()
STILL_RUNNING = Cancelled(
    message="It was told to stop and has not: its code may still be running, and keeps its place."
)
THREAD_NAME = "tasuki-job"
MOST_THREADS = 1_000
STUBBORN_SECONDS = 5.0
"""How long an attempt that was made to stop may go on before it is settled without it."""

Settle = Callable[[Attempt, Outcome], None]
Leave = Callable[[Attempt], None]


class Executor:
    """Starts and stops attempts. `settle` is told each outcome once, `leave` when its slot is free.

    An attempt that ignores its cancellation, or is in a thread, where it cannot be interrupted, is
    settled after a while all the same. It keeps its slot until it really ends; what it returns then
    counts no more.
    """

    def __init__(self, settle: Settle, leave: Leave) -> None:
        self._settle_outcome = settle
        self._leave = leave
        self._loop = asyncio.get_running_loop()
        self._threads: ThreadPoolExecutor | None = None
        self._ended: deque[tuple[Attempt, Outcome]] = deque()
        self._collecting = False

    def start(self, attempt: Attempt, job: Job[Any]) -> None:
        """Begin to run an attempt."""
        timeout = attempt.timeout
        if timeout is not None:
            attempt.timer = self._loop.call_later(timeout, self.stop, attempt, Stop.TIMEOUT)
        if attempt.spec.run_in == "loop":
            attempt.handle = self._loop.create_task(self._run_in_loop(attempt, job))
        else:
            self._start_thread(attempt, job)

    def stop(self, attempt: Attempt, why: Stop) -> None:
        """Make an attempt stop: cancelled in the loop, asked to in a thread."""
        if attempt.stop is not None and why is not Stop.LOST:
            return
        attempt.stop = why
        if attempt.job is not None:
            attempt.job.cancelled = True
        if attempt.handle is not None:
            attempt.handle.cancel()
        if attempt.timer is not None:
            attempt.timer.cancel()
        attempt.timer = self._loop.call_later(STUBBORN_SECONDS, self._give_up, attempt)

    def close(self) -> None:
        """Let go of the threads. Those that are still busy end with the process."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run_in_loop(self, attempt: Attempt, job: Job[Any]) -> None:
        try:
            if attempt.spec.decoder is not None:
                outcome = _unreadable(job)
                if outcome is not None:
                    self._end(attempt, outcome)
                    return
            result = await attempt.spec.process(job)
            outcome = NOTHING if result is None else _completed(result)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is this attempt's end
            outcome = _stopped(attempt, error)
        if attempt.stop is Stop.TIMEOUT:
            outcome = _stopped(attempt, asyncio.CancelledError())
        self._end(attempt, outcome)

    def _start_thread(self, attempt: Attempt, job: Job[Any]) -> None:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix=THREAD_NAME)
        future = self._threads.submit(_run_in_thread, attempt, job)
        future.add_done_callback(lambda done: self._thread_ended(attempt, done))

    def _thread_ended(self, attempt: Attempt, done: Future[Outcome]) -> None:
        if done.cancelled():
            return
        # Many threads end between two turns of the loop; it is woken once for all of them.
        self._ended.append((attempt, done.result()))
        if not self._collecting:
            self._collecting = True
            try:
                self._loop.call_soon_threadsafe(self._collect)
            except RuntimeError:
                # The loop has closed: the runner left without this attempt, and released it.
                return

    def _collect(self) -> None:
        self._collecting = False
        while self._ended:
            self._end(*self._ended.popleft())

    def _end(self, attempt: Attempt, outcome: Outcome) -> None:
        if attempt.timer is not None:
            attempt.timer.cancel()
            attempt.timer = None
        self._settle(attempt, outcome)
        self._leave(attempt)
        # The attempt and its job know each other. Parted, they need no garbage collector to go.
        attempt.job = attempt.handle = None

    def _give_up(self, attempt: Attempt) -> None:
        attempt.timer = None
        outcome = _stopped(attempt, asyncio.CancelledError())
        self._settle(attempt, STILL_RUNNING if isinstance(outcome, Cancelled) else outcome)

    def _settle(self, attempt: Attempt, outcome: Outcome) -> None:
        if not attempt.settled:
            attempt.settled = True
            self._settle_outcome(attempt, outcome)


def _run_in_thread(attempt: Attempt, job: Job[Any]) -> Outcome:
    try:
        if attempt.spec.decoder is not None:
            outcome = _unreadable(job)
            if outcome is not None:
                return outcome
        result = attempt.spec.process(job)
        outcome = NOTHING if result is None else _completed(result)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is this attempt's end
        return _stopped(attempt, error)
    if attempt.stop is Stop.TIMEOUT:
        return _stopped(attempt, asyncio.CancelledError())
    return outcome


def _unreadable(job: Job[Any]) -> Outcome | None:
    try:
        job.data  # noqa: B018 - reading it validates it
    except Exception as error:  # noqa: BLE001 - validators of users' models raise anything
        return invalid(error)
    return None


def _completed(result: object) -> Outcome:
    try:
        return Completed(bytes(encode(result, "result")).decode())
    except PayloadError as error:
        return bad_result(error)


def _stopped(attempt: Attempt, error: BaseException) -> Outcome:
    """The outcome of an attempt that raised, which may be because it was made to."""
    if isinstance(error, asyncio.CancelledError):
        match attempt.stop:
            case Stop.CANCEL:
                return Cancelled()
            case Stop.TIMEOUT:
                return timed_out(attempt.timeout or 0.0, attempt.attempt, attempt.limits)
            case Stop.RELEASE | Stop.LOST:
                return Released()
            case None:
                pass
    return judge(error, attempt.attempt, attempt.limits)
