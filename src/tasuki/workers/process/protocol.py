"""What a supervisor and its runners tell each other.

The supervisor starts `python -m tasuki.workers.main` and writes a `RunnerConfig` as one line of
JSON to its standard input, which it then keeps open for orders, one word a line: `stop` asks for a
graceful end, `hurry` for an immediate one. The end of the input says that the supervisor is gone:
the runner then ends gracefully by itself.

SIGTERM or SIGINT that reaches a runner otherwise, from a job of its own or from a person, makes it
end gracefully too. But nobody has asked for that, so a job that does not end in time has crashed:
else a job that makes its runner leave would be run again for ever.

The runner writes messages as JSON lines to the file descriptor that the environment variable
`TASUKI_PIPE` names, and which attempts have begun into the `BlackBox` at that of
`TASUKI_BLACKBOX`.

A runner whose pulse is not felt for half a lease is blocked as a whole, by a call that holds the
GIL. The supervisor then renews its lease. So a runner that comes back late asks the store by a
heartbeat of its own before it gives its lease up for lost.
"""

from typing import Literal

import msgspec

from tasuki.model.settings.log import LogSettings
from tasuki.model.settings.worker import WorkerSettings
from tasuki.model.values.names import DEFAULT_NAMESPACE

PIPE_VARIABLE = "TASUKI_PIPE"
BLACKBOX_VARIABLE = "TASUKI_BLACKBOX"

STOP = b"stop\n"
HURRY = b"hurry\n"

TEARDOWN_SECONDS = 5.0
"""How long a runner that has left the store may take to tear down its workers."""
SETUP_SECONDS = 2.0
"""How long a runner that is told to end may take to break off setting up its workers."""

EXIT_OK = 0
EXIT_FAILED = 1
"""Something was raised that nothing could be done about; the log has it."""
EXIT_APP = 3
"""The app cannot be loaded; starting the runner again would not help."""
EXIT_UNSAFE = 4
"""The store was refused (unsafe, or of another layout); starting again would not help."""


class RunnerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a runner needs to know.

    One whose settings say `apart` runs suspects only, one at a time, and ends when there are none.
    """

    url: str
    app: str
    namespace: str = DEFAULT_NAMESPACE
    worker: WorkerSettings = WorkerSettings()
    log: LogSettings = LogSettings()
    allow_unsafe: bool = False

    @property
    def pulse(self) -> float:
        """Seconds from one beat to the next: blocked is who misses half a lease of them."""
        return min(1.0, self.worker.lease / 6)

    def apart(self) -> "RunnerConfig":
        """The same for a runner apart."""
        replace = msgspec.structs.replace
        return replace(self, worker=replace(self.worker, apart=True))


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line from a runner.

    `identity`: the runner is about to register under this identity (again, after it lost its
    lease). It says so first, so that its supervisor knows whose jobs to take back whenever it dies.
    `beat`: its threads can run. It says so from its first moment on, every `RunnerConfig.pulse`,
    whatever the store does. `busy_until` is the monotonic time in seconds by which its longest
    running job should be over (0: no job, or one without a timeout).
    `suspects`: it has seen that `count` jobs that it could run wait for a runner apart.
    `retire`: it cannot do its work any more, `text` says why; another one is to take its place.
    `ending`: it ends, though its supervisor has not told it to; `text` says why.
    `blocked`: the attempt at job `ref` is past its timeout, and blocks all others.
    `left`: it has left the store, and released `count` jobs unfinished.
    `failed`: it cannot start; `text` says why, whole.
    """

    kind: Literal["identity", "beat", "suspects", "retire", "ending", "blocked", "left", "failed"]
    identity: str = ""
    ref: str = ""
    busy_until: float = 0.0
    count: int = 0
    text: str = ""
