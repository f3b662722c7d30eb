"""Attempts in the event loop, each as a task of its own."""

import asyncio
from collections.abc import Awaitable, Iterator
from traceback import StackSummary
from types import FrameType
from typing import Any

from tasuki.model.outcome import Outcome
from tasuki.workers.describe import stack_of
from tasuki.workers.places.place import Run

DEEPEST = 200


class LoopPlace:
    """The running event loop. A task is cancelled to make it stop."""

    into_loop: Awaitable[None] | None = None

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def start(self, run: Run) -> asyncio.Task[None]:
        """Make a task of the steps."""
        return self._loop.create_task(run.steps())

    def deliver(self, run: Run, outcome: Outcome) -> None:
        """The steps are in the loop already."""
        run.end(outcome)

    def interrupt(self, hold: asyncio.Task[None]) -> None:
        """Cancel the task."""
        hold.cancel()

    def stack(self, hold: asyncio.Task[None]) -> str:
        """What the task waits for."""
        return stack_of(StackSummary.extract(_frames(hold.get_coro())))

    def close(self) -> None:
        """There is nothing idle in a loop."""


def _frames(awaited: Any) -> Iterator[tuple[FrameType, int]]:
    """The frames of a coroutine, and of what it waits for in turn."""
    for _ in range(DEEPEST):
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is None:
            return
        yield frame, frame.f_lineno
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
