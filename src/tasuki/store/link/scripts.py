"""The Lua scripts: one file per verb in `lua/`, and what they share in `lua/lib/`.

A part names the parts that it needs by `--@include NAME` at its start, and so does a verb. What
follows in the file of a verb is the body of a function of its request.
"""

import hashlib
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

_INCLUDE = re.compile(r"^--@include (\w+)\n", re.MULTILINE)
_FLAGS = re.compile(r"flags=(\S+)")


class Script(NamedTuple):
    """A verb in both forms in which a store takes it.

    As a function, whose parts are made once, when its `definition` is loaded: FCALL `function`. As
    a script, whose parts are made at every call: EVALSHA `digest`, once `text` is loaded.
    """

    name: str
    text: str
    digest: str
    definition: str
    function: str


@cache
def script(name: str) -> Script:
    """The script of a verb, with the parts that it needs, each once and before it is needed.

    Raises:
        FileNotFoundError: when there is no such script, or no such part.
        ValueError: parts need each other in a circle.
    """
    folder = files("tasuki.store") / "lua"
    own = (folder / f"{name}.lua").read_text("utf-8")
    shebang, _, rest = own.partition("\n")
    parts: dict[str, str] = {}
    for needed in _INCLUDE.findall(rest):
        _add(parts, needed, folder / "lib", ())
    verb = "".join((*parts.values(), "local function verb(request)\n", _without(rest), "end\n"))
    text = f"{shebang}\n{verb}return serve(verb, KEYS, ARGV)\n"
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    function = f"tasuki_{name}_{digest[:12]}"
    definition = (
        f"#!lua name={function}\n{verb}redis.register_function{{\n"
        f"  function_name = '{function}',\n"
        "  callback = function(keys, args) return serve(verb, keys, args) end,\n"
        f"  flags = {{ {_flags(shebang)} }},\n}}\n"
    )
    return Script(name, text, digest, definition, function)


def verbs() -> list[str]:
    """The names of all scripts.

    >>> "enqueue" in verbs()
    True
    """
    folder = files("tasuki.store") / "lua"
    names = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".lua") for name in names if name.endswith(".lua"))


def _add(parts: dict[str, str], name: str, folder: Traversable, above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"parts need each other: {' -> '.join((*above, name))}")
    if name not in parts:
        text = (folder / f"{name}.lua").read_text("utf-8")
        for needed in _INCLUDE.findall(text):
            _add(parts, needed, folder, (*above, name))
        parts[name] = _without(text)


def _without(text: str) -> str:
    return _INCLUDE.sub("", text)


def _flags(shebang: str) -> str:
    found = _FLAGS.search(shebang)
    return ", ".join(f"'{flag}'" for flag in found[1].split(",")) if found else ""
