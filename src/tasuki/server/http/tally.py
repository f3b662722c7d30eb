"""Counts what is refused before it is a request, so that nobody can fill the log with it."""

import asyncio
import logging
from collections import Counter

log = logging.getLogger("tasuki.server")

TELL_SECONDS = 60.0


class Tally:
    """Tells the first refusal at once, and how many there were after that once a minute."""

    def __init__(self, seconds: float = TELL_SECONDS) -> None:
        self._seconds = seconds
        self._counted: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, code: str) -> None:
        """Count a refusal by its code."""
        self._counted[code] += 1
        if self._timer is None:
            self._tell()

    def close(self) -> None:
        """Tell what has not been told."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._log()

    def _tell(self) -> None:
        """Tell, and be quiet for a while if there was something."""
        self._timer = None
        if self._counted:
            self._log()
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._tell)

    def _log(self) -> None:
        if self._counted:
            parts = ", ".join(f"{code}: {count}" for code, count in self._counted.items())
            log.warning("refused what is no proper request (%s)", parts)
            self._counted.clear()
