"""What the embedded store tells its owner. `str(event)` is one line for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """This process started the server, and it is ready. `seconds` it took."""

    version: str
    pid: int
    fsync: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"store: {self.version} ready after {self.seconds:.1f} s"
            f" (pid {self.pid}, fsync {self.fsync})"
        )


@dataclass(frozen=True, slots=True)
class Attached:
    """A server that another process started is used. `asked` is the fsync policy wanted here."""

    version: str
    pid: int
    fsync: str
    asked: str

    def __str__(self) -> str:
        differs = "" if self.fsync == self.asked else f", although {self.asked} was asked for"
        return f"store: attached to {self.version} (pid {self.pid}, fsync {self.fsync}{differs})"


@dataclass(frozen=True, slots=True)
class Loading:
    """The server reads its data: `loaded` of `total` bytes; about `eta` seconds are left."""

    loaded: int
    total: int
    eta: float

    def __str__(self) -> str:
        done = 100 * self.loaded / self.total if self.total else 0.0
        return (
            f"store: loading {done:.0f} % of {self.total / 2**20:.1f} MiB,"
            f" about {self.eta:.0f} s left"
        )


@dataclass(frozen=True, slots=True)
class Converting:
    """A directory that holds only a snapshot gets its append-only file, before anyone writes."""

    def __str__(self) -> str:
        return "store: turning the snapshot (dump.rdb) into an append-only file"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """The append-only file is rewritten after loading, since this version may have torn it."""

    version: str

    def __str__(self) -> str:
        return f"store: rewriting the append-only file, as {self.version} needs after a start"


@dataclass(frozen=True, slots=True)
class Died:
    """The server ended. `how` it ended, and the last words of its log."""

    pid: int
    how: str
    words: str

    def __str__(self) -> str:
        return f"store: pid {self.pid} ended ({self.how}): {self.words}"


@dataclass(frozen=True, slots=True)
class Vanished:
    """The data directory was deleted or moved away while the store was in use.

    The server was stopped, since nothing that it takes would be found again.
    """

    path: str

    def __str__(self) -> str:
        return (
            f"store: the data in {self.path} was deleted or moved away while the store was in use."
            " The store was stopped and takes no more jobs; put the directory back, or stop"
            " Tasuki and start it again to begin with an empty store"
        )


@dataclass(frozen=True, slots=True)
class StartFailed:
    """The server could not be started again; the next try is in `retry_in` seconds."""

    error: str
    retry_in: float

    def __str__(self) -> str:
        return f"store: still down, next try in {self.retry_in:.1f} s: {self.error.splitlines()[0]}"


@dataclass(frozen=True, slots=True)
class Restarted:
    """The store is back after `seconds`. `owned`: it was this process that started it."""

    pid: int
    seconds: float
    owned: bool

    def __str__(self) -> str:
        by = "restarted" if self.owned else "restarted by another process"
        return f"store: {by} after {self.seconds:.1f} s (pid {self.pid})"


@dataclass(frozen=True, slots=True)
class Left:
    """This process is done with the server, which goes on for its other users."""

    pid: int

    def __str__(self) -> str:
        return f"store: left to its other users (pid {self.pid})"


@dataclass(frozen=True, slots=True)
class Stopped:
    """The server was stopped cleanly: all data is on disk."""

    pid: int

    def __str__(self) -> str:
        return f"store: stopped (pid {self.pid})"


StoreEvent = (
    Started
    | Attached
    | Loading
    | Converting
    | Rewriting
    | Died
    | StartFailed
    | Vanished
    | Restarted
    | Left
    | Stopped
)
