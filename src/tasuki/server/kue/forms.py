"""Urlencoded forms with brackets, as old clients of Kue send them.

    type=email&data[title]=hello&data[to][]=a&data[to][]=b&options[priority]=high

Values stay strings. A name that stands twice makes a list, and so do the indexes 0, 1, 2 ...
"""

import re
from typing import Any, cast
from urllib.parse import parse_qsl

from tasuki.model.errors import InvalidError

MOST_PAIRS = 1_000
DEEPEST = 20

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BOTH = "is given both as a value and as an object"
_PART = re.compile(r"\[([^\[\]]*)\]")


def parse_form(body: bytes) -> dict[str, Any]:
    """The values of a form.

    Raises:
        InvalidError: naming the field, when names contradict each other or are nested too deep.
    """
    tree: dict[str, Any] = {}
    for name, value in _pairs(body):
        _put(tree, _path(name), value, name)
    return {name: _with_lists(value) for name, value in tree.items()}


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PAIRS,
        )
    except UnicodeDecodeError:
        raise InvalidError("the form is not text in UTF-8") from None
    except ValueError:
        raise InvalidError(f"the form has more than {MOST_PAIRS} values") from None


def _path(name: str) -> list[str]:
    match = _NAME.fullmatch(name)
    if match is None:
        return [name]
    path = [match[1], *_PART.findall(match[2])]
    if len(path) > DEEPEST:
        raise InvalidError(f"is nested deeper than {DEEPEST} levels", field=name)
    return path


def _put(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    node = tree
    for part in path[:-1]:
        node = _inner(node, part, name)
    last = path[-1] or str(len(node))
    known = node.get(last)
    if isinstance(known, dict):
        raise InvalidError(_BOTH, field=name)
    if known is None:
        node[last] = value
    else:
        node[last] = [*known, value] if isinstance(known, list) else [known, value]


def _inner(node: dict[str, Any], part: str, name: str) -> dict[str, Any]:
    inner = node.setdefault(part or str(len(node)), {})
    if not isinstance(inner, dict):
        raise InvalidError(_BOTH, field=name)
    return cast("dict[str, Any]", inner)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(item) for name, item in value.items()}
    if set(inner) == {str(n) for n in range(len(inner))}:
        return [inner[str(n)] for n in range(len(inner))]
    return inner
