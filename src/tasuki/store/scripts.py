"""The Lua scripts: one file per verb in `lua/`, and what they share in `lua/lib/`."""

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_INCLUDE = re.compile(r"^--@include (\w+)\n", re.MULTILINE)


class Script(NamedTuple):
    """A script's text, and the digest by which the store knows it."""

    name: str
    text: str
    digest: str


@cache
def script(name: str) -> Script:
    """The script of a verb, with its includes filled in.

    Raises:
        FileNotFoundError: when there is no such script.
    """
    folder = files("tasuki.store") / "lua"

    def part(match: re.Match[str]) -> str:
        return (folder / "lib" / f"{match[1]}.lua").read_text("utf-8")

    text = _INCLUDE.sub(part, (folder / f"{name}.lua").read_text("utf-8"))
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
