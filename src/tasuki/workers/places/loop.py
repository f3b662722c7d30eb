"""Attempts in the event loop, each as a task of its own."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Iterator
from contextvars import Context, copy_context
from traceback import StackSummary
from types import FrameType
from typing import Any

from tasuki.model.outcome import Outcome
from tasuki.workers.describe import stack_of
from tasuki.workers.places.place import Run

DEEPEST = 200


class LoopHold:
    """One attempt in the loop. It has a task when it has a slot."""

    __slots__ = ("context", "run", "task")

    def __init__(self, run: Run) -> None:
        self.run = run
        self.context: Context | None = None
        self.task: asyncio.Task[None] | None = None


class LoopPlace:
    """The running event loop. A task is cancelled to make it stop."""

    into_loop: Awaitable[None] | None = None

    def __init__(self, slots: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._free = slots
        self._line = deque[LoopHold]()

    def start(self, run: Run) -> LoopHold:
        """Make a task of the steps, or let the attempt wait in line."""
        hold = LoopHold(run)
        if self._free:
            self._free -= 1
            self._begin(hold)
        else:
            # It sees what is set now, and not what the one before it will set.
            hold.context = copy_context()
            self._line.append(hold)
        return hold

    def waiting(self) -> list[Run]:
        """Those in line."""
        return [hold.run for hold in self._line.copy()]

    def withdraw(self, hold: LoopHold) -> bool:
        """Take it out of the line."""
        if hold.task is not None:
            return False
        self._line.remove(hold)
        return True

    def deliver(self, run: Run, outcome: Outcome) -> None:
        """The steps are in the loop already. The slot goes to the next in line."""
        if self._line:
            self._begin(self._line.popleft())
        else:
            self._free += 1
        run.end(outcome)

    def interrupt(self, hold: LoopHold) -> None:
        """Cancel the task."""
        if hold.task is not None:
            hold.task.cancel()

    def stack(self, hold: LoopHold) -> str:
        """What the task waits for."""
        coroutine = None if hold.task is None else hold.task.get_coro()
        return stack_of(StackSummary.extract(_frames(coroutine)))

    def _begin(self, hold: LoopHold) -> None:
        hold.task = self._loop.create_task(hold.run.steps(), context=hold.context)


def _frames(awaited: Any) -> Iterator[tuple[FrameType, int]]:
    """The frames of a coroutine, and of what it waits for in turn."""
    for _ in range(DEEPEST):
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is None:
            return
        yield frame, frame.f_lineno
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
