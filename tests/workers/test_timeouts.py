"""One timer for the time limits of all attempts."""

import asyncio
import time

from tasuki.workers.attempt.stop import Stop
from tasuki.workers.attempt.timeouts import Timeouts
from tests.support import eventually


class Timed:
    """An attempt with a time limit; it has begun when it is made, or later."""

    def __init__(self, timeout: float, *, begun: bool = True) -> None:
        self.timeout: float | None = timeout
        self.begun = begun
        self.started = time.monotonic()
        self.stopped = list[tuple[Stop, float]]()

    @property
    def due(self) -> float | None:
        return self.started + (self.timeout or 0) if self.begun else None

    def begin(self) -> None:
        self.begun, self.started = True, time.monotonic()

    def stop(self, why: Stop) -> None:
        self.stopped.append((why, time.monotonic() - self.started))


async def test_each_is_stopped_once_at_its_own_time():
    timeouts = Timeouts(asyncio.get_running_loop())
    # The later one first: the timer has to be set anew.
    attempts = [Timed(0.2), Timed(0.05), Timed(0.1)]
    for attempt in attempts:
        timeouts.watch(attempt, attempt.timeout or 0)
    await eventually(lambda: all(attempt.stopped for attempt in attempts))
    for attempt in attempts:
        [(why, after)] = attempt.stopped
        assert why is Stop.TIMEOUT
        assert after >= (attempt.timeout or 0)
    timeouts.close()


async def test_one_that_has_ended_is_not_stopped():
    timeouts = Timeouts(asyncio.get_running_loop())
    ended, other = Timed(0.01), Timed(0.05)
    for attempt in (ended, other):
        timeouts.watch(attempt, attempt.timeout or 0)
    timeouts.forget(ended)
    await eventually(lambda: other.stopped)
    assert not ended.stopped
    timeouts.close()


async def test_the_time_of_one_that_waits_in_line_has_not_begun():
    timeouts = Timeouts(asyncio.get_running_loop())
    waiting, other = Timed(0.02, begun=False), Timed(0.1)
    for attempt in (waiting, other):
        timeouts.watch(attempt, attempt.timeout or 0)
    await eventually(lambda: other.stopped)
    assert not waiting.stopped
    waiting.begin()
    await eventually(lambda: waiting.stopped)
    assert waiting.stopped[0][1] >= 0.02
    timeouts.close()


async def test_after_it_was_closed_nothing_is_stopped():
    timeouts = Timeouts(asyncio.get_running_loop())
    closed, still = Timed(0.01), Timed(0.05)
    timeouts.watch(closed, 0.01)
    timeouts.close()
    others = Timeouts(asyncio.get_running_loop())
    others.watch(still, 0.05)
    await eventually(lambda: still.stopped)
    assert not closed.stopped
    others.close()
