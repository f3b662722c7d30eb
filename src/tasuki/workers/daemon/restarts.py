"""How long a runner that died waits for its successor."""

FIRST_DELAY = 0.1
LAST_DELAY = 30.0
HEALTHY_SECONDS = 10.0


class RestartDelays:
    """Doubles from 0.1 up to 30 s, and begins anew after a life of 10 s or more.

    A runner that dies now and then is back at once; one that cannot live does not fill the log.
    """

    def __init__(self) -> None:
        self._next = FIRST_DELAY

    def after(self, lifetime: float) -> float:
        """Seconds to wait after a runner has lived for `lifetime` seconds."""
        if lifetime >= HEALTHY_SECONDS:
            self._next = FIRST_DELAY
        delay = self._next
        self._next = min(2 * delay, LAST_DELAY)
        return delay
