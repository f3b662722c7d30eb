"""How long to wait before something is tried again."""

from typing import NamedTuple


class Pauses(NamedTuple):
    """Seconds to wait: the first time, and at most. Each pause is twice the one before it.

    >>> pauses = Pauses(0.1, 0.3)
    >>> pauses.first, pauses.after(0.1), pauses.after(0.2)
    (0.1, 0.2, 0.3)
    """

    first: float
    last: float

    def after(self, pause: float) -> float:
        """The pause that follows another one."""
        return min(2 * pause, self.last)
