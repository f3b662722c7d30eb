"""What goes wrong again and again in a loop that goes on, told without filling the log."""

import logging
from time import monotonic

REPEAT_SECONDS = 60.0


class Complaints:
    """Logs each kind of error once with its traceback, and then now and then how often it came.

    Two errors are of one kind when they are of one class and were raised in the same line.

    >>> complaints = Complaints(logging.getLogger("tasuki.upkeep"), "going on after an error")
    """

    def __init__(self, log: logging.Logger, text: str) -> None:
        self._log = log
        self._text = text
        self._kinds: dict[tuple[str, str, int], _Kind] = {}

    def add(self, error: BaseException) -> None:
        """Tell of an error that was caught, or count it."""
        kind = self._kinds.get(_kind(error))
        if kind is None:
            self._kinds[_kind(error)] = _Kind(monotonic())
            self._log.error("%s", self._text, exc_info=error)
            return
        kind.untold += 1
        if monotonic() >= kind.told_at + REPEAT_SECONDS:
            self._log.error("%s (%d times more): %s", self._text, kind.untold, error)
            kind.told_at, kind.untold = monotonic(), 0


class _Kind:
    __slots__ = ("told_at", "untold")

    def __init__(self, now: float) -> None:
        self.told_at = now
        self.untold = 0


def _kind(error: BaseException) -> tuple[str, str, int]:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__qualname__, "", 0
    return type(error).__qualname__, place.tb_frame.f_code.co_filename, place.tb_lineno
