"""How long and how many finished jobs are kept."""

import msgspec

from tasuki.model.state import State

HOUR = 3_600.0
DAY = 24 * HOUR


class Keep(msgspec.Struct, frozen=True):
    """Keep a finished job for `age` seconds, and at most `count` of them per type.

    Of jobs with data or results above 4 KiB, at most `bytes` of these are kept, over all types;
    those that ended first go first. `age=0` removes the job as soon as it has ended.
    """

    age: float
    count: int = 10_000
    bytes: int = 2**30


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of finished jobs, by the state they ended in.

    However many types there are, at most `total` are kept in all; beyond that, those go first that
    would be removed the soonest.

    >>> Retention().of(State.COMPLETED)
    Keep(age=3600.0, count=10000, bytes=1073741824)
    """

    completed: Keep = Keep(HOUR)
    failed: Keep = Keep(30 * DAY)
    cancelled: Keep = Keep(30 * DAY)
    total: int = 1_000_000

    def of(self, state: State) -> Keep:
        """The rule for a finished state."""
        match state:
            case State.COMPLETED:
                return self.completed
            case State.CANCELLED:
                return self.cancelled
            case _:
                return self.failed
