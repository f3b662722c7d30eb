"""Time limits for many short calls, with one timer for all of them."""

import asyncio
from types import TracebackType
from typing import Any, cast


class _Limit:
    """The time limit of one call: cancels its task, and turns that into a TimeoutError."""

    __slots__ = ("_cancelling", "_deadlines", "_passed", "_task", "end")

    def __init__(self, deadlines: "Deadlines", end: float) -> None:
        self._deadlines = deadlines
        self._passed = False
        self.end = end

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._cancelling = self._task.cancelling()
        self._deadlines.add(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._deadlines.remove(self)
        # Whoever else has cancelled the task as well still wants it cancelled.
        if (
            self._passed
            and self._task.uncancel() <= self._cancelling
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error

    def ring(self) -> None:
        self._passed = True
        self._task.cancel()


class Deadlines:
    """Gives time limits, as `asyncio.timeout` does.

    That sets a timer for each call, and takes it back, which costs as much as packing the call and
    reading the reply together. Here one timer is set per time limit, however many calls end in it.
    """

    def __init__(self) -> None:
        self._limits: set[_Limit] = set()
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> _Limit:
        """A block that ends with a TimeoutError when it takes longer than so many seconds."""
        return _Limit(self, asyncio.get_running_loop().time() + seconds)

    def add(self, limit: _Limit) -> None:
        self._limits.add(limit)
        if self._timer is None or limit.end < self._timer.when():
            self._ring_at(limit.end)

    def remove(self, limit: _Limit) -> None:
        self._limits.discard(limit)

    def _ring_at(self, end: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(end, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for limit in [limit for limit in self._limits if limit.end <= now]:
            self._limits.discard(limit)
            limit.ring()
        if self._limits:
            self._ring_at(min(limit.end for limit in self._limits))
