"""How long a runner that died waits for its successor."""

from tasuki.model.pauses import Pauses

DELAYS = Pauses(0.1, 30.0)
HEALTHY_SECONDS = 10.0
BRIEF_SECONDS = 1.0
FREE_RESTARTS = 3
BRIEF_DELAY = 0.3


class RestartDelays:
    """Doubles from 0.1 up to 30 s, and begins anew after a life of 10 s or more.

    A runner that dies now and then is back at once; one that cannot live does not fill the log.
    One that died by a job can live, and others wait for it: its successor does not wait, but for a
    moment if several in a row have hardly lived.
    """

    def __init__(self) -> None:
        self._next = DELAYS.first
        self._brief = 0

    def after(self, lifetime: float, *, by_job: bool = False) -> float:
        """Seconds to wait after a runner has lived for `lifetime` seconds."""
        if by_job:
            self._next = DELAYS.first
            self._brief = self._brief + 1 if lifetime < BRIEF_SECONDS else 0
            return BRIEF_DELAY if self._brief > FREE_RESTARTS else 0.0
        self._brief = 0
        if lifetime >= HEALTHY_SECONDS:
            self._next = DELAYS.first
        delay = self._next
        self._next = DELAYS.after(delay)
        return delay
