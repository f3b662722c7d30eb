"""The server's own log: kept to a size at each start, and read back when something goes wrong."""

import os
import re
from pathlib import Path

ROTATE_ABOVE = 10 * 2**20
"""Bytes. A larger log is put aside, in place of the one put aside before."""

_SHOWN = 64 * 2**10
_PREFIX = re.compile(r"^\d+:\S+ .*? [.*#-] ")


class ServerLog:
    """The log file from where it stood when this object was made."""

    def __init__(self, path: Path, *, from_start: bool = False) -> None:
        self._path = path
        self._begin = 0 if from_start or not path.exists() else path.stat().st_size

    def text(self) -> str:
        """What was written since; of a great deal, the end."""
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(self._begin, end - _SHOWN))
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def tail(self, lines: int = 12) -> str:
        """The last lines, indented, to be shown below an error message."""
        last = [line for line in self.text().splitlines() if line.strip()][-lines:]
        return "\n".join(f"    {line}" for line in last) or "    (its log is empty)"

    def last_words(self) -> str:
        """The last message, without process id and date."""
        lines = [line for line in self.text().splitlines() if line.strip()]
        messages = [line for line in lines if _PREFIX.match(line)] or lines
        return _PREFIX.sub("", messages[-1]).strip() if messages else "its log is empty"


def rotate(path: Path) -> None:
    """Put a log aside that has grown too large."""
    if path.exists() and path.stat().st_size > ROTATE_ABOVE:
        path.replace(path.with_name(f"{path.name}.1"))
