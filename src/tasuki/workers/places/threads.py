"""Attempts in threads, since plain code would hold up the event loop."""

import asyncio
import logging
import queue
import threading
from collections import deque
from collections.abc import Awaitable, Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any

from tasuki.model.outcome import Failed, Outcome
from tasuki.workers.describe import describe, stack_of_thread
from tasuki.workers.places.place import Run

log = logging.getLogger("tasuki.runner")

THREAD_NAME = "tasuki-job"
MOST_THREADS = 1_000
HIRE_SECONDS = 1.0
"""How long it takes to the next try when the system gives no thread."""


class _IntoLoop:
    """Awaited in a thread, it makes the steps go on in the loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class ThreadHold:
    """One attempt in a thread. `task` is there when it has gone over into the loop."""

    __slots__ = ("context", "run", "task", "thread")

    def __init__(self, run: Run, context: Context) -> None:
        self.run = run
        self.context = context
        self.thread = 0
        self.task: asyncio.Task[None] | None = None


class ThreadPlace:
    """Threads that are made when they are needed, and go on to the next attempt.

    Each attempt runs in a copy of the context in which it was started, so it sees what `setup` has
    set, and nothing of what other attempts set. Nothing can interrupt a thread; `job.cancelled`
    asks it to stop. Threads that hang do not keep the process from ending.
    """

    into_loop: Awaitable[None] | None = _IntoLoop()

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting = queue.SimpleQueue[ThreadHold | None]()
        self._idle = threading.Semaphore(0)
        self._threads = 0
        self._hiring: asyncio.TimerHandle | None = None
        self._ended = deque[tuple[Run, Outcome]]()
        self._collecting = False
        self._going_over = deque[tuple[ThreadHold, Coroutine[Any, Any, None]]]()

    def start(self, run: Run) -> ThreadHold:
        """Let the next free thread run the steps."""
        hold = ThreadHold(run, copy_context())
        self._waiting.put(hold)
        # A thread that waits for work counts itself in; who gives it work counts it out.
        if not self._idle.acquire(blocking=False):
            self._hire()
        return hold

    def deliver(self, run: Run, outcome: Outcome) -> None:
        """Bring the outcome to the loop, which is woken once for many threads."""
        self._ended.append((run, outcome))
        self._wake()

    def interrupt(self, hold: ThreadHold) -> None:
        """Cancel what has gone over into the loop. A thread goes on until it looks."""
        if hold.task is not None:
            hold.task.cancel()

    def stack(self, hold: ThreadHold) -> str:
        """Where its thread is."""
        return stack_of_thread(hold.thread)

    def close(self) -> None:
        """Let the idle threads end, and the others when they have come to an end."""
        if self._hiring is not None:
            self._hiring.cancel()
        for _ in range(self._threads):
            self._waiting.put(None)

    def _hire(self) -> None:
        self._hiring = None
        if self._threads >= MOST_THREADS or self._waiting.empty():
            return
        thread = threading.Thread(
            target=self._work, name=f"{THREAD_NAME}-{self._threads}", daemon=True
        )
        try:
            thread.start()
        except (RuntimeError, MemoryError) as error:
            log.warning("no thread for a job, trying again: %s", error)
            self._hiring = self._loop.call_later(HIRE_SECONDS, self._hire)
        else:
            self._threads += 1

    def _work(self) -> None:
        while True:
            try:
                hold = self._waiting.get_nowait()
            except queue.Empty:
                self._idle.release()
                hold = self._waiting.get()
            if hold is None:
                return
            hold.thread = threading.get_ident()
            rest = hold.context.run(self._step, hold.run)
            if rest is not None:
                # Not before the context has been left: the loop enters it again.
                self._going_over.append((hold, rest))
                self._wake()
            # What the attempt holds must not live until the next one comes.
            del hold, rest

    def _step(self, run: Run) -> Coroutine[Any, Any, None] | None:
        """Run the steps, which end here unless there is something to await: then the rest."""
        steps = run.steps()
        try:
            steps.send(None)
        except StopIteration:
            return None
        except BaseException as error:  # noqa: BLE001 - raised into the thread from another one
            self.deliver(run, Failed(describe(error)))
            return None
        return steps

    def _wake(self) -> None:
        if not self._collecting:
            self._collecting = True
            try:
                self._loop.call_soon_threadsafe(self._collect)
            except RuntimeError:
                # The loop has closed: the runner left without this attempt, and released it.
                return

    def _collect(self) -> None:
        self._collecting = False
        while self._going_over:
            hold, steps = self._going_over.popleft()
            hold.task = self._loop.create_task(steps, context=hold.context)
        while self._ended:
            run, outcome = self._ended.popleft()
            run.end(outcome)
