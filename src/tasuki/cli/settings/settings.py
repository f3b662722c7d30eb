"""All settings, and the tree that they stand in.

A part declares its settings itself, as a struct in `model/settings`: name, type, default, the
values that each takes, and what it is for. What several parts are told stands here. The name of a
field is its name everywhere: `server.port` is `port` under `[server]` in `tasuki.toml`,
`TASUKI_SERVER_PORT` in the environment, and `--port` where a command has it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar, get_args

import msgspec

from tasuki.cli.settings.folder import Folder
from tasuki.model.kinds.declared import Section, settings_of
from tasuki.model.kinds.kinds import Choice, Kind, Number, Size, Switch, Text
from tasuki.model.retention import Retention
from tasuki.model.settings.embedded import FSYNC, LEAST_MEMORY, Fsync
from tasuki.model.settings.limits import DATA_BYTES, MOST_BYTES
from tasuki.model.settings.log import LogSettings
from tasuki.model.settings.server import ServerOptions
from tasuki.model.settings.worker import WorkerSettings
from tasuki.model.values.names import DEFAULT_NAMESPACE, check_namespace


def _check_url(url: str) -> None:
    # The store client takes long to import, and is needed anyway once there is a URL.
    from tasuki.store.address import Address

    Address(url)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. Times are in seconds, sizes in bytes."""

    url: Annotated[
        str | None,
        Text(_check_url),
        "the store, such as valkey://host:6379/0; without it, the one in data_dir",
    ] = None
    namespace: Annotated[
        str, Text(check_namespace), "separates installations that share a store"
    ] = DEFAULT_NAMESPACE
    data_dir: Annotated[Path, Folder(), "directory of the store that Tasuki runs by itself"] = Path(
        ".tasuki"
    )
    fsync: Annotated[
        Fsync,
        Choice(get_args(Fsync)),
        "when that store has a change on disk; always: before it answers",
    ] = FSYNC
    maxmemory: Annotated[
        int | None,
        Size(LEAST_MEMORY),
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
    server: Section[ServerOptions] = ServerOptions()
    worker: Section[WorkerSettings] = WorkerSettings()
    retention: Section[Retention] = Retention()
    log: Section[LogSettings] = LogSettings()


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


def _walk(section: msgspec.Struct, prefix: str) -> Iterator[Key]:
    for field, setting in settings_of(type(section)).items():
        name, default = prefix + field, getattr(section, field)
        if setting is None:
            yield from _walk(default, f"{name}.")
        else:
            yield Key(name, setting.kind, setting.help, default)


def build(values: Mapping[str, object]) -> Settings:
    """Settings from values by dotted name, as their kinds read them; the rest is as by default."""
    return _fill(Settings(), "", values)


S = TypeVar("S", bound=msgspec.Struct)


def _fill(section: S, prefix: str, values: Mapping[str, object]) -> S:
    changes: dict[str, Any] = {}
    for field, setting in settings_of(type(section)).items():
        name = prefix + field
        if setting is None:
            changes[field] = _fill(getattr(section, field), f"{name}.", values)
        elif name in values:
            changes[field] = values[name]
    return msgspec.structs.replace(section, **changes)
