"""Flags for settings, and the options that many commands share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from tasuki.cli.settings.folder import Folder
from tasuki.cli.settings.settings import keys
from tasuki.cli.settings.sources import FILE_NAME, Given
from tasuki.model.kinds.kinds import Choice, Duration, Kind, Number, Size, Switch, Texts

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]

STORE = ("url", "namespace", "data_dir")
LOG = ("log.level", "log.format")


@dataclass
class Flags:
    """The flags for settings that this command line has. Kept as the object of click's context."""

    given: list[Given] = field(default_factory=list[Given])
    config: Path | None = None


class SettingOption(click.Option):
    """A flag that sets a setting; help shows it below the options of the command itself."""


def settings(*names: str) -> Decorator[Decorated]:
    """Flags for these settings. They are checked later, together with the other sources."""

    def decorate(command: Decorated) -> Decorated:
        for name in reversed(names):
            command = _flag(name)(command)
        return command

    return decorate


def config(command: Decorated) -> Decorated:
    """The flag that names the file with the settings."""
    return click.option(
        "--config",
        cls=SettingOption,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        expose_value=False,
        callback=_remember_config,
        help=f"Read settings from this file, not from the nearest {FILE_NAME}.",
    )(command)


def as_json(command: Decorated) -> Decorated:
    """The flag `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def _flag(name: str) -> Decorator[Decorated]:
    key = keys()[name]
    section, _, last = name.rpartition(".")
    word = f"log-{last}" if section == "log" else last
    flag = f"--{word.replace('_', '-').removesuffix('s' if isinstance(key.kind, Texts) else '')}"

    def remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
        if value not in {None, False, ()}:
            flags = ctx.ensure_object(Flags)
            flags.given.append(Given(name, value, flag, flag, Path.cwd()))

    return click.option(
        flag,
        f"setting_{word.replace('-', '_')}",
        cls=SettingOption,
        is_flag=isinstance(key.kind, Switch),
        multiple=isinstance(key.kind, Texts),
        default=None,
        metavar=_metavar(key.kind),
        expose_value=False,
        callback=remember,
        help=f"{key.help[0].upper()}{key.help[1:]}.{_by_default(key.kind.write(key.default))}",
    )


def _by_default(value: object) -> str:
    return "" if value in (None, False, []) else f" [{value}]"


def _metavar(kind: Kind) -> str | None:
    match kind:
        case Switch():
            return None
        case Duration():
            return "TIME"
        case Size():
            return "SIZE"
        case Number():
            return "N"
        case Folder():
            return "DIR"
        case Choice():
            return "|".join(kind.words)
        case _:
            return "TEXT"


def _remember_config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Flags).config = value
