"""Attempts in threads, since plain code would hold up the event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Coroutine, Generator
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any

from tasuki.model.outcome import Failed, Outcome
from tasuki.workers.describe import describe, stack_of_thread
from tasuki.workers.places.place import Run
from tasuki.workers.places.pool import ThreadPool


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
    """Threads that take the attempts of a type from one line, each when it has done the one before.

    So the loop need not turn between two of them, and a slow one holds up nobody but itself. One
    thread is called at a time, and calls the next one if there is more in the line: what is short
    is done by few of them, and not by all in turns.

    A slot is a thread on its way along the line. Who puts something into the line then looks for a
    free slot, and who frees a slot then looks into the line: so nothing is left there by both.

    Each attempt runs in a copy of the context in which it was started, so it sees what `setup` has
    set, and nothing of what other attempts set. Nothing can interrupt a thread; `job.cancelled`
    asks it to stop.
    """

    into_loop: Awaitable[None] | None = _IntoLoop()

    def __init__(self, pool: ThreadPool, slots: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._pool = pool
        self._free = deque[None]([None] * slots)
        self._line = deque[ThreadHold]()
        self._called = False
        self._ended = deque[tuple[Run, Outcome]]()
        self._going_over = deque[tuple[ThreadHold, Coroutine[Any, Any, None]]]()
        self._collecting = False

    def start(self, run: Run) -> ThreadHold:
        """Let the next thread on its way run the steps."""
        hold = ThreadHold(run, copy_context())
        self._line.append(hold)
        self._call()
        return hold

    def waiting(self) -> list[Run]:
        """Those in line."""
        return [hold.run for hold in self._line.copy()]

    def withdraw(self, hold: ThreadHold) -> bool:
        """Take it out of the line, unless a thread was quicker."""
        try:
            self._line.remove(hold)
        except ValueError:
            return False
        return True

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

    def _call(self) -> None:
        """Call a thread, if there is a free slot for one and none is being called already."""
        if not self._called:
            with suppress(IndexError):
                self._free.pop()
                self._called = True
                self._pool.do(self._go_along)

    def _leave_slot(self) -> None:
        self._free.append(None)
        if self._line:
            self._call()

    def _go_along(self) -> None:
        """Run what is in the line, in a thread, until it is empty."""
        self._called = False
        while True:
            try:
                hold = self._line.popleft()
            except IndexError:
                self._leave_slot()
                return
            if self._line:
                self._call()
            hold.thread = threading.get_ident()
            rest = hold.context.run(self._step, hold.run)
            if rest is not None:
                # Not before the context has been left: the loop enters it again. The slot goes with
                # it, and the thread is free for others.
                self._going_over.append((hold, rest))
                self._wake()
                return
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
            hold.task.add_done_callback(lambda _: self._leave_slot())
        while self._ended:
            run, outcome = self._ended.popleft()
            run.end(outcome)
