"""Where settings are given: by flags, in the environment, in `tasuki.toml`.

Reading a source never fails at the first mistake. It gives what it found, and what is wrong with it
as lines that name the place.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tasuki.cli.settings.settings import keys

FILE_NAME = "tasuki.toml"
CONFIG_VARIABLE = "TASUKI_CONFIG"

_PREFIX = "TASUKI_"
# Set by Tasuki for its own processes, or read before the settings are.
_NO_SETTINGS = frozenset({CONFIG_VARIABLE, "TASUKI_PIPE"})
# Kubernetes and Docker tell a container of its neighbours. One that is called `tasuki` or
# `tasuki-server` arrives as TASUKI_SERVICE_HOST, TASUKI_SERVER_PORT=tcp://..., and so on.
_NEIGHBOUR = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$")
_NEIGHBOUR_URL = re.compile(r"(tcp|udp|sctp)://")

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_ASSIGNMENT = re.compile(r"\s*([\w.\"' -]+?)\s*=")


class Given(NamedTuple):
    """A value as it was given.

    `place` says where, `label` is what a problem with it begins with, and `base` is where a
    relative path starts.
    """

    name: str
    value: object
    place: str
    label: str
    base: Path


class Reading(NamedTuple):
    """What one source gave, and what is wrong with it."""

    given: Sequence[Given]
    problems: Sequence[str]


def read_environment(environ: Mapping[str, str], cwd: Path) -> Reading:
    """The settings in the environment. An empty variable counts as one that is not set."""
    known = {key.variable: key for key in keys().values()}
    found: list[Given] = []
    problems: list[str] = []
    for variable, value in environ.items():
        if not variable.startswith(_PREFIX) or variable in _NO_SETTINGS or not value:
            continue
        if _is_of_a_neighbour(variable, value):
            continue
        if key := known.get(variable):
            found.append(Given(key.name, value, variable, variable, cwd))
        else:
            problems.append(f"{variable}: there is no such setting{_hint(variable, known)}")
    return Reading(found, problems)


def find_file(cwd: Path) -> Path | None:
    """The nearest `tasuki.toml`, in this directory or one above it."""
    candidates = (directory / FILE_NAME for directory in (cwd, *cwd.parents))
    return next((path for path in candidates if path.is_file()), None)


def read_file(path: Path, shown: str) -> Reading:
    """The settings in a TOML file. `shown` is how the file is called in messages."""
    try:
        text = path.read_bytes().decode()
        tree = tomllib.loads(text)
    except OSError as error:
        return Reading([], [f"{shown}: cannot be read: {error.strerror}"])
    except UnicodeDecodeError:
        return Reading([], [f"{shown}: is not text in UTF-8"])
    except ValueError as error:
        # Not only tomllib's own error: Python reads no number of thousands of digits.
        return Reading([], [f"{shown}: is not TOML: {error}"])
    lines, known = _lines(text), keys()
    sections = {key.rpartition(".")[0] for key in known} | {"retention"}
    found: list[Given] = []
    problems: list[str] = []
    for name, value in _leaves(tree, ""):
        place = f"{shown}:{_line(name, lines)}"
        label = f"{place}: {name}"
        if name in known:
            found.append(Given(name, value, place, label, path.parent))
        elif name not in sections:
            problems.append(f"{label}: there is no such setting{_hint(name, known)}")
        elif value != {}:
            problems.append(f"{label}: must be a table, as in [{name}]")
    return Reading(found, problems)


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, object]]:
    for word, value in tree.items():
        name = prefix + word
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, value


def _lines(text: str) -> dict[str, int]:
    """The line of each name. A near guess is enough: it is only shown."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(line):
            table = _plain(match[1]) + "."
            found.setdefault(table[:-1], number)
        elif match := _ASSIGNMENT.match(line):
            found.setdefault(table + _plain(match[1]), number)
    return found


def _line(name: str, lines: Mapping[str, int]) -> int:
    while name and name not in lines:
        name = name.rpartition(".")[0]
    return lines.get(name, 1)


def _plain(dotted: str) -> str:
    return re.sub(r"[\"'\s]", "", dotted)


def _is_of_a_neighbour(variable: str, value: str) -> bool:
    return bool(_NEIGHBOUR.search(variable) or _NEIGHBOUR_URL.match(value))


def _hint(name: str, known: Iterable[str]) -> str:
    words = list(known)
    tail = re.compile(rf"[._]{re.escape(name.removeprefix(_PREFIX))}$")
    near = [w for w in words if tail.search(w)] or difflib.get_close_matches(name, words, n=1)
    return f"; did you mean {near[0]}?" if near else "; `tasuki settings` lists them all"
