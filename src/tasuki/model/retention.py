"""How long and how many finished jobs are kept."""

from typing import Annotated

import msgspec

from tasuki.model.kinds.declared import Section
from tasuki.model.kinds.kinds import Duration, Number, Size
from tasuki.model.state import State

HOUR = 3_600.0
DAY = 24 * HOUR
_MOST = 2**31 - 1


class Keep(msgspec.Struct, frozen=True):
    """How long, in seconds, and how many finished jobs are kept.

    Those that ended first go first. Data and results are large above 4 KiB. `age=0` removes a job
    as soon as it has ended.
    """

    age: Annotated[float, Duration(), "how long they are kept"]
    count: Annotated[int, Number(0, _MOST), "how many of each type are kept"] = 10_000
    bytes: Annotated[int, Size(0), "how much large data and results of all types are kept"] = 2**30


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of finished jobs, by the state they ended in.

    Beyond the `total`, those go first that would be removed the soonest.

    >>> Retention().of(State.COMPLETED)
    Keep(age=3600.0, count=10000, bytes=1073741824)
    """

    completed: Section[Keep] = Keep(HOUR)
    failed: Section[Keep] = Keep(30 * DAY)
    cancelled: Section[Keep] = Keep(30 * DAY)
    total: Annotated[
        int, Number(0, _MOST), "how many are kept of all types and states together"
    ] = 1_000_000

    def of(self, state: State) -> Keep:
        """The rule for a finished state."""
        match state:
            case State.COMPLETED:
                return self.completed
            case State.CANCELLED:
                return self.cancelled
            case _:
                return self.failed
