"""What a supervisor and its runners tell each other.

The supervisor starts `python -m tasuki.workers.main` and writes a `RunnerConfig` as one line of
JSON to its standard input, which it then keeps open. The end of the input says that the supervisor
is gone: the runner then ends gracefully by itself.

The runner writes messages as JSON lines to the file descriptor that the environment variable
`TASUKI_PIPE` names. Signals do the rest: SIGTERM or SIGINT asks for a graceful end, a second one
for an immediate end.

A runner that does not beat for half a lease is blocked as a whole, by a call that holds the GIL.
The supervisor then renews its lease. So a runner that comes back late asks the store by a heartbeat
of its own before it gives its lease up for lost.
"""

from typing import Literal

import msgspec

from tasuki.model.retention import Retention
from tasuki.store.lease import LEASE_SECONDS, LOG_LINES, MAX_CRASHES, LeaseTerms
from tasuki.telemetry.logs import LogFormat
from tasuki.wire.limits import RESULT_BYTES

PIPE_VARIABLE = "TASUKI_PIPE"

EXIT_OK = 0
EXIT_APP = 3
"""The app cannot be loaded; starting the runner again would not help."""
EXIT_UNSAFE = 4
"""The store was refused (unsafe, or of another layout); starting again would not help."""


class RunnerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a runner needs to know. Times are in seconds."""

    url: str
    app: str
    namespace: str = "tasuki"
    lease: float = LEASE_SECONDS
    grace: float = 30.0
    max_crashes: int = MAX_CRASHES
    log_lines: int = LOG_LINES
    retention: Retention = Retention()
    result_limit: int = RESULT_BYTES
    log_level: str = "info"
    log_format: LogFormat = "text"
    allow_unsafe: bool = False

    @property
    def terms(self) -> LeaseTerms:
        """The terms of the runner's lease."""
        return LeaseTerms(
            seconds=self.lease,
            max_crashes=self.max_crashes,
            log_lines=self.log_lines,
            retention=self.retention,
            result_limit=self.result_limit,
        )


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line from a runner.

    `identity`: the runner is about to register under this identity (again, after it lost its
    lease). It says so first, so that its supervisor knows whose jobs to take back whenever it dies.
    `beat`: its heartbeat thread is alive. It says so at once after it has registered, and then
    every third of a lease, also while the store is away. `busy_until` is the monotonic time in
    seconds by which its longest running job should be over (0: no job, or one without a timeout).
    `left`: it has released everything and left the store.
    `failed`: it cannot start; `text` says why, whole.
    """

    kind: Literal["identity", "beat", "left", "failed"]
    identity: str = ""
    busy_until: float = 0.0
    text: str = ""
