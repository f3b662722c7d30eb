"""From what was given to the settings that count: a flag over the environment over `tasuki.toml`.

Everything that was given is checked, also what something else overrides, and all problems are told
at once.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tasuki.cli.settings import Settings, build, keys
from tasuki.cli.sources import (
    CONFIG_VARIABLE,
    Given,
    Reading,
    find_file,
    read_environment,
    read_file,
)
from tasuki.model.errors import SettingsError

DEFAULT = "default"

_LONGEST_SHOWN = 40


class Effective(NamedTuple):
    """The settings, and for each by its dotted name where it comes from."""

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
    from_file = read_file(file, _shown(file, cwd)) if file else Reading([], [])
    from_environment = read_environment(environ, cwd)
    problems = [*from_file.problems, *from_environment.problems]
    # Only a file that was found on the way up marks a project; one that was named may be anywhere.
    project = file.parent if file and not named else cwd
    values: dict[str, object] = {"data_dir": project / Settings().data_dir}
    places: dict[str, str] = {}
    kinds = {name: key.kind for name, key in keys().items()}
    for given in (*from_file.given, *from_environment.given, *flags):
        try:
            value = kinds[given.name].read(given.value)
        except ValueError as error:
            problems.append(f"{given.label}: {error}{_seen(given)}")
        else:
            values[given.name] = given.base / value if isinstance(value, Path) else value
            places[given.name] = given.place
    problems += _conflicts(values, flags)
    if problems:
        raise SettingsError(_told(problems))
    return Effective(build(values), {name: places.get(name, DEFAULT) for name in kinds})


def _named(environ: Mapping[str, str]) -> Path | None:
    name = environ.get(CONFIG_VARIABLE)
    return Path(name).expanduser() if name else None


def _shown(file: Path, cwd: Path) -> str:
    return str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)


def _seen(given: Given) -> str:
    # A url may hold a password.
    if given.name == "url":
        return ""
    text = repr(given.value)
    return f", not {text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '...'}"


def _conflicts(values: Mapping[str, object], flags: Sequence[Given]) -> list[str]:
    if values.get("url") is None:
        return []
    return [
        f"{flag.label}: is for the store that Tasuki runs by itself, and a url names another one"
        for flag in flags
        if flag.name in {"data_dir", "fsync", "maxmemory"}
    ]


def _told(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} problems with the settings:\n" + "\n".join(f"- {p}" for p in problems)
