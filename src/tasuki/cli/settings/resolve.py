"""From what was given to the settings that count: a flag over the environment over `tasuki.toml`.

Everything that was given is checked, also what something else overrides, and all problems are told
at once.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tasuki.cli.settings.settings import Settings, build, keys
from tasuki.cli.settings.sources import (
    CONFIG_VARIABLE,
    Given,
    Reading,
    find_file,
    read_environment,
    read_file,
)
from tasuki.model.errors import SettingsError

_LONGEST_SHOWN = 40


class Effective(NamedTuple):
    """The settings, and for those that were given, by dotted name, the place."""

    settings: Settings
    places: Mapping[str, str]


def resolve(
    flags: Sequence[Given], environ: Mapping[str, str], cwd: Path, config: Path | None = None
) -> Effective:
    """Read all sources. `config` names the file; otherwise the nearest `tasuki.toml` is taken.

    Raises:
        SettingsError: listing every problem, each with its place.
    """
    named = config or _named(environ)
    file = cwd / named if named else find_file(cwd)
    # Only a file that was found on the way up marks a project; one that was named may be anywhere.
    project = file.parent if file and not named else cwd
    sources = [
        read_file(file, _shown(file, cwd)) if file else Reading([], []),
        read_environment(environ, cwd),
        Reading(flags, []),
    ]
    values: dict[str, object] = {"data_dir": project / Settings().data_dir}
    winners: dict[str, Given] = {}
    problems = [problem for source in sources for problem in source.problems]
    for given in (given for source in sources for given in source.given):
        try:
            values[given.name] = _value(given)
        except ValueError as error:
            problems.append(f"{given.label}: {error}{_seen(given)}")
        else:
            winners[given.name] = given
    if values.get("url"):
        problems += _useless(flags)
    try:
        found = build(values)
    except SettingsError as error:
        # Each value may stand, but not beside the others: an address that others can reach.
        problems.append(f"{winners[f'server.{error.field}'].label}: {error.message}")
        raise SettingsError(_told(problems)) from error
    if problems:
        raise SettingsError(_told(problems))
    return Effective(found, {name: given.place for name, given in winners.items()})


def _named(environ: Mapping[str, str]) -> Path | None:
    name = environ.get(CONFIG_VARIABLE)
    return Path(name).expanduser() if name else None


def _shown(file: Path, cwd: Path) -> str:
    return str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)


def _value(given: Given) -> object:
    value = keys()[given.name].kind.read(given.value)
    return given.base / value if isinstance(value, Path) else value


def _seen(given: Given) -> str:
    # A url may hold a password.
    if given.name == "url" or given.value == "":
        return ""
    text = repr(given.value)
    return f", not {text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '...'}"


def _useless(flags: Sequence[Given]) -> list[str]:
    return [
        f"{flag.label}: is for the store that Tasuki runs by itself, and a url names another one"
        for flag in flags
        if flag.name in {"data_dir", "fsync", "maxmemory"}
    ]


def _told(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} problems with the settings:\n" + "\n".join(f"- {p}" for p in problems)
