"""Brings what a job in a thread has to say to the runner's loop, where its attempt lives."""

import asyncio
from collections.abc import Callable
from typing import Any

from tasuki.workers.job import NoteTaker


class Relay:
    """A taker of notes that hands them on in the loop, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, taker: NoteTaker) -> None:
        self._loop = loop
        self._taker = taker

    def add_line(self, line: str) -> None:
        """Hand on a log line."""
        self._hand_on(self._taker.add_line, line)

    def set_progress(self, progress: str) -> None:
        """Hand on the progress."""
        self._hand_on(self._taker.set_progress, progress)

    def _hand_on(self, take: Callable[[str], Any], text: str) -> None:
        try:
            self._loop.call_soon_threadsafe(take, text)
        except RuntimeError:
            # The loop has closed: the runner left without this attempt, and released it.
            return
