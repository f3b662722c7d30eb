"""The Lua scripts as the tests see them."""

import re
from importlib.resources import files
from typing import NamedTuple

from tasuki.store.link.scripts import script, verbs

LUA = files("tasuki.store") / "lua"
NAMES = verbs()
LIBRARY = sorted(file.name for file in (LUA / "lib").iterdir() if file.name.endswith(".lua"))


class Source(NamedTuple):
    """A script, taken apart."""

    name: str
    own: str
    whole: str

    @property
    def shebang(self) -> str:
        return self.own.partition("\n")[0]

    @property
    def flags(self) -> set[str]:
        return set(self.shebang.partition("flags=")[2].split(",")) - {""}

    @property
    def header(self) -> str:
        """The comment below the shebang, as text."""
        return "\n".join(line.strip() for line in self.indented.splitlines())

    @property
    def indented(self) -> str:
        """The same, where a line that goes on with the one before it begins with spaces."""
        lines = self.own.splitlines()[1:]
        end = next(n for n, line in enumerate(lines) if not line.startswith("--"))
        return "\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:end])

    @property
    def commands(self) -> set[str]:
        """The commands of the store that it uses."""
        calls = r"(?:call|bulk|gather|redis\.call)\(\s*'([A-Z]+)'|\b'([A-Z]{2,})'"
        return {one or other for one, other in re.findall(calls, self.whole)}


def source(name: str) -> Source:
    own = (LUA / f"{name}.lua").read_text("utf-8")
    return Source(name, own, script(name).text)


SOURCES = {name: source(name) for name in NAMES}
READ_ONLY = {name for name, found in SOURCES.items() if "no-writes" in found.flags}
