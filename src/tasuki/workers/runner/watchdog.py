"""Sees when a job blocks the event loop, from a thread of its own."""

import asyncio
import logging
import threading
import time
from types import FrameType

from tasuki.workers.attempt.attempt import Attempt
from tasuki.workers.describe import frame_of_thread, stack_of_thread
from tasuki.workers.own_thread import OwnThread
from tasuki.workers.runner.crew import Crew
from tasuki.workers.watcher import Watcher

log = logging.getLogger("tasuki.runner")

LOOK_SECONDS = 0.25
BLOCKED_SECONDS = 1.0
"""A loop that has not turned for so long is blocked."""
OVERTIME_SECONDS = 5.0
"""How long a job may block the loop past the end of its time."""


class Watchdog:
    """Asks the loop to turn, and tells of it when it does not, with the job and where it is.

    The watcher is told, once, of the job that blocks the loop past its timeout. It is not known
    which if a task that a job has made does.
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._crew: Crew | None = None
        self._loop = asyncio.get_running_loop()
        self._loops_thread = threading.get_ident()
        self._turned = threading.Event()
        self._stop = threading.Event()
        self._thread = OwnThread(self._run, "tasuki-watchdog")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def watch(self, crew: Crew | None) -> None:
        """From now on these run in the loop, or nobody."""
        self._crew = crew

    async def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._turned.set()
        await self._thread.ended()

    def _run(self) -> None:
        failing = False
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._look()
                failing = False
            except Exception:
                if self._loop.is_closed():
                    return
                if not failing:
                    log.exception("the watch over the event loop failed")
                failing = True

    def _look(self) -> None:
        self._turned.clear()
        asked = time.monotonic()
        self._loop.call_soon_threadsafe(self._turned.set)
        if self._turned.wait(BLOCKED_SECONDS) or self._stop.is_set():
            return
        if time.monotonic() - asked > 2 * BLOCKED_SECONDS:
            # This thread could not run either, so it was the whole process that stood still.
            return
        self._wait_out(asked)

    def _wait_out(self, asked: float) -> None:
        """Tell of a loop that is blocked, and wait until it is not any more."""
        log.warning(
            "%s blocks the event loop, so no other job goes on; it is at\n%s",
            _name(self._blocker()),
            stack_of_thread(self._loops_thread),
        )
        told = False
        while not self._turned.wait(LOOK_SECONDS) and not self._stop.is_set():
            attempt = self._blocker()
            if not told and self._is_overtime(attempt):
                told = True
                self._watcher.blocked(attempt.ref if attempt else "")
        if not self._stop.is_set():
            log.warning("the event loop goes on, after %.1f s", time.monotonic() - asked)

    def _blocker(self) -> Attempt | None:
        """Whose steps the loop is in. None if it is a task that some job has made."""
        return _attempt_in(frame_of_thread(self._loops_thread))

    def _is_overtime(self, attempt: Attempt | None) -> bool:
        """Whether the time of the job is long over; if it is not known, that of any job."""
        now = time.monotonic()
        suspects = [attempt] if attempt else self._crew.attempts if self._crew else []
        ends = [end for end in (suspect.due for suspect in suspects) if end is not None]
        return any(now >= end + OVERTIME_SECONDS for end in ends)


def _attempt_in(frame: FrameType | None) -> Attempt | None:
    while frame is not None:
        if frame.f_code is Attempt.steps.__code__:
            found = frame.f_locals.get("self")
            return found if isinstance(found, Attempt) else None
        frame = frame.f_back
    return None


def _name(attempt: Attempt | None) -> str:
    if attempt is None:
        return "something"
    return f"job {attempt.id} of type {attempt.spec.type!r}"
