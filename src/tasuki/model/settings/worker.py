"""The daemon and its runners, and what their leases are like. Times are in seconds."""

from typing import Annotated

import msgspec

from tasuki.model.kinds.declared import check_settings
from tasuki.model.kinds.kinds import Duration, Number, Size
from tasuki.model.retention import Retention
from tasuki.model.settings.limits import MOST_BYTES, RESULT_BYTES

GRACE_SECONDS = 25.0
"""Below the 30 s after which Kubernetes kills what it has told to end."""


class LeaseTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What runners and the server's upkeep must agree on, since either may take jobs back.

    With `apart` the lease is that of a runner that takes suspects only, one at a time: jobs in
    whose company a process has died.
    """

    lease: Annotated[
        float, Duration(1, 3_600), "after how long a vanished runner loses its jobs"
    ] = 15.0
    max_crashes: Annotated[
        int, Number(1, 1_000), "how many runners a job may crash before it is failed"
    ] = 3
    log_lines: Annotated[int, Number(0, 1_000_000), "how many log lines of a job are kept"] = 1_000
    result_limit: Annotated[
        int, Size(1, MOST_BYTES), "largest result of a job, as JSON; a larger one fails it"
    ] = RESULT_BYTES
    retention: Retention = Retention()
    apart: bool = False

    @property
    def milliseconds(self) -> int:
        """The length of the lease."""
        return round(self.lease * 1_000)


class WorkerSettings(LeaseTerms, frozen=True, kw_only=True):
    """What a daemon and its runners are told.

    Raises:
        SettingsError: naming the setting that is wrong.
    """

    processes: Annotated[int, Number(1, 256), "how many runners, each a process"] = 1
    apart_processes: Annotated[
        int, Number(1, 64), "how many more at most, for jobs that may have crashed one"
    ] = 8
    grace: Annotated[float, Duration(), "how long running jobs may take to finish on shutdown"] = (
        GRACE_SECONDS
    )

    def __post_init__(self) -> None:
        check_settings(self)
