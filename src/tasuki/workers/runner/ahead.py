"""Gives back what was claimed ahead of the slots and has not begun in time."""

import asyncio
import time
from collections.abc import Callable, Iterator

from tasuki.workers.places.place import Run
from tasuki.workers.places.places import Places

HOLD_SECONDS = 0.05
"""How long a job may be held that has not begun. Another runner may have a slot for it."""
LOOK_SECONDS = 0.01
"""How long it takes at least from one look to the next."""


class Ahead:
    """Looks after the attempts that wait in line.

    What is given back was never tried: it waits again at its old place, for any runner. `stalled`
    is told the type of each.
    """

    def __init__(self, places: Places, stalled: Callable[[str], None]) -> None:
        self._places = places
        self._stalled = stalled
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """There may be some in line from now on."""
        if self._timer is None and (first := next(self._waiting(), None)):
            left = first.started + HOLD_SECONDS - time.monotonic()
            self._timer = self._loop.call_later(max(LOOK_SECONDS, left), self._look)

    def give_back(self, since: float = float("inf")) -> None:
        """Give back what waits in line since this monotonic time or before."""
        for run in list(self._waiting()):
            if run.started <= since and run.give_back():
                self._stalled(run.type)

    def close(self) -> None:
        """Look no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        self.give_back(time.monotonic() - HOLD_SECONDS)
        self.watch()

    def _waiting(self) -> Iterator[Run]:
        for place in self._places:
            yield from place.waiting()
