"""Every setting, once: its name, type, default, the values it takes, and what it is for.

The name of a field is its name everywhere. `server.port` is `port` under `[server]` in
`tasuki.toml`, `TASUKI_SERVER_PORT` in the environment, and `--port` where a command has it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from tasuki.cli.settings.kinds import (
    Choice,
    Duration,
    Folder,
    Kind,
    Number,
    Size,
    Switch,
    Text,
    Texts,
)
from tasuki.model.defaults import (
    APART_PROCESSES,
    GRACE_SECONDS,
    HTTP_HOST,
    HTTP_PORT,
    LEASE_SECONDS,
    LOG_LINES,
    MAX_CRASHES,
    PROCESSES,
)
from tasuki.model.retention import Keep, Retention
from tasuki.model.values.names import check_namespace
from tasuki.wire.limits import DATA_BYTES, MOST_BYTES, RESULT_BYTES

_MOST = 2**31 - 1
_DEFAULTS = Retention()

Fsync = Literal["always", "everysec", "no"]
Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]


def _check_url(url: str) -> None:
    # The store client takes long to import, and is needed anyway once there is a URL.
    from tasuki.store.address import Address

    Address(url)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that belong together."""


class ServerSettings(Section, frozen=True, kw_only=True):
    """The HTTP server."""

    host: Annotated[str, Text(), "address on which the HTTP server listens"] = HTTP_HOST
    port: Annotated[int, Number(0, 65_535), "port of the HTTP server; 0 takes any free one"] = (
        HTTP_PORT
    )
    body_limit: Annotated[
        int | None, Size(1_024), "largest body of a request; without it, the largest job fits"
    ] = None
    insecure: Annotated[bool, Switch(), "allow an address that others can reach"] = False
    allowed_hosts: Annotated[
        tuple[str, ...], Texts(), "further names by which the server may be called"
    ] = ()
    connections: Annotated[
        int | None,
        Number(1, 1_000_000),
        "most connections at once; without it, what the limit of open files allows",
    ] = None


class WorkerSettings(Section, frozen=True, kw_only=True):
    """The daemon and its runners."""

    processes: Annotated[int, Number(1, 256), "how many runners, each a process"] = PROCESSES
    apart_processes: Annotated[
        int, Number(1, 64), "how many more at most, for jobs that may have crashed one"
    ] = APART_PROCESSES
    grace: Annotated[float, Duration(), "how long running jobs may take to finish on shutdown"] = (
        GRACE_SECONDS
    )
    lease: Annotated[
        float, Duration(1, 3_600), "after how long a vanished runner loses its jobs"
    ] = LEASE_SECONDS
    max_crashes: Annotated[
        int, Number(1, 1_000), "how many runners a job may crash before it is failed"
    ] = MAX_CRASHES
    log_lines: Annotated[int, Number(0, 1_000_000), "how many log lines of a job are kept"] = (
        LOG_LINES
    )
    result_limit: Annotated[
        int, Size(1, MOST_BYTES), "largest result of a job, as JSON; a larger one fails it"
    ] = RESULT_BYTES


class KeepSettings(Section, frozen=True, kw_only=True):
    """How long, and how many per type, finished jobs are kept."""

    age: Annotated[float, Duration(), "how long they are kept"]
    count: Annotated[int, Number(0, _MOST), "how many of each type are kept"]
    bytes: Annotated[int, Size(0), "how much large data and results of all types are kept"]


def _keep(rule: Keep) -> KeepSettings:
    return KeepSettings(age=rule.age, count=rule.count, bytes=rule.bytes)


def _rule(keep: KeepSettings) -> Keep:
    return Keep(keep.age, keep.count, keep.bytes)


class RetentionSettings(Section, frozen=True, kw_only=True):
    """What is kept of finished jobs."""

    completed: KeepSettings = _keep(_DEFAULTS.completed)
    failed: KeepSettings = _keep(_DEFAULTS.failed)
    cancelled: KeepSettings = _keep(_DEFAULTS.cancelled)
    total: Annotated[
        int, Number(0, _MOST), "how many are kept of all types and states together"
    ] = _DEFAULTS.total

    @property
    def rules(self) -> Retention:
        """As the layers below take it."""
        return Retention(
            completed=_rule(self.completed),
            failed=_rule(self.failed),
            cancelled=_rule(self.cancelled),
            total=self.total,
        )


class LogSettings(Section, frozen=True, kw_only=True):
    """What is written about the running program."""

    level: Annotated[Level, Choice(get_args(Level)), "how much is logged"] = "info"
    format: Annotated[Format, Choice(get_args(Format)), "how a line of the log is written"] = "text"


class Settings(Section, frozen=True, kw_only=True):
    """All settings. Times are in seconds, sizes in bytes."""

    url: Annotated[
        str | None,
        Text(_check_url),
        "the store, such as valkey://host:6379/0; without it, the one in data_dir",
    ] = None
    namespace: Annotated[
        str, Text(check_namespace), "separates installations that share a store"
    ] = "tasuki"
    data_dir: Annotated[Path, Folder(), "directory of the store that Tasuki runs by itself"] = Path(
        ".tasuki"
    )
    fsync: Annotated[
        Fsync,
        Choice(get_args(Fsync)),
        "when that store has a change on disk; always: before it answers",
    ] = "always"
    maxmemory: Annotated[
        int | None,
        Size(8 * 2**20),
        "most memory of that store; without it, half of the machine's or the container's",
    ] = None
    data_limit: Annotated[
        int, Size(1, MOST_BYTES), "most JSON that the data of one job may have"
    ] = DATA_BYTES
    allow_unsafe: Annotated[bool, Switch(), "use a store even if it could lose jobs"] = False
    types_limit: Annotated[
        int | None,
        Number(100, 1_000_000),
        "most types that may be in use; without it, what a server said last, or 10,000",
    ] = None
    server: ServerSettings = ServerSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()


class Key(NamedTuple):
    """One setting: `name` is dotted, as in `server.port`."""

    name: str
    kind: Kind
    help: str
    default: object

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "TASUKI_" + self.name.upper().replace(".", "_")


def keys() -> dict[str, Key]:
    """All settings by their dotted name, in the order in which they are declared."""
    return {key.name: key for key in _walk(Settings(), "")}


def _walk(section: Section, prefix: str) -> Iterator[Key]:
    for field, hint in get_type_hints(type(section), include_extras=True).items():
        name, default = prefix + field, getattr(section, field)
        if get_origin(hint) is Annotated:
            _, kind, text = get_args(hint)
            yield Key(name, kind, text, default)
        else:
            yield from _walk(cast("Section", default), f"{name}.")


def build(values: Mapping[str, object]) -> Settings:
    """Settings from values by dotted name, as their kinds read them; the rest is as by default."""
    return _fill(Settings(), "", values)


S = TypeVar("S", bound=Section)


def _fill(section: S, prefix: str, values: Mapping[str, object]) -> S:
    changes: dict[str, Any] = {}
    for field in section.__struct_fields__:
        name, default = prefix + field, getattr(section, field)
        if isinstance(default, Section):
            changes[field] = _fill(default, f"{name}.", values)
        elif name in values:
            changes[field] = values[name]
    return msgspec.structs.replace(section, **changes)
