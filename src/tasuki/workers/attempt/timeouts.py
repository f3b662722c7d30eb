"""The time limits of all attempts of a runner, with one timer."""

import asyncio
import time
from typing import Protocol

from tasuki.workers.attempt.stop import Stop


class Timed(Protocol):
    """An attempt that has a time limit."""

    @property
    def timeout(self) -> float | None:
        """Seconds that it may take."""
        ...

    @property
    def due(self) -> float | None:
        """Monotonic time when it is to be stopped; None as long as it has not begun."""
        ...

    def stop(self, why: Stop) -> None:
        """Make it stop."""
        ...


class Timeouts:
    """Stops the attempts whose time is over.

    Most end long before that, and no timer is set and taken back for each of them. The one timer
    rings when the first of them could be over, and looks which are.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watched = set[Timed]()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0

    def watch(self, attempt: Timed, timeout: float) -> None:
        """From now on, whether it has begun or waits in line."""
        self._watched.add(attempt)
        self._ring_by(time.monotonic() + timeout)

    def forget(self, attempt: Timed) -> None:
        """It has ended."""
        self._watched.discard(attempt)

    def close(self) -> None:
        """Stop nothing more."""
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _ring_by(self, end: float) -> None:
        if self._timer is not None:
            if self._rings_at <= end:
                return
            self._timer.cancel()
        self._rings_at = end
        self._timer = self._loop.call_later(max(0.0, end - time.monotonic()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = time.monotonic()
        ends = [(attempt, self._end(attempt, now)) for attempt in self._watched]
        for attempt, end in ends:
            if end <= now:
                self._watched.discard(attempt)
                attempt.stop(Stop.TIMEOUT)
        left = [end for _, end in ends if end > now]
        if left:
            self._ring_by(min(left))

    @staticmethod
    def _end(attempt: Timed, now: float) -> float:
        due = attempt.due
        return now + (attempt.timeout or 0.0) if due is None else due
