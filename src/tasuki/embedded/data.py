"""What data a directory holds, and whether the server at hand may be let near it.

A server whose append-only file is missing, or looks foreign to it, starts empty and overwrites what
is left. So the directory is looked at first, and whatever is not certain is refused.
"""

import re

from tasuki.embedded.binary import Binary, Version
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import DataDamagedError, DataVersionError


def check(directory: DataDir, binary: Binary) -> None:
    """Refuse to start `binary` on data that it cannot read or would overwrite.

    Raises:
        DataVersionError: the data was written by a newer server, or by one of another kind.
        DataDamagedError: parts of the append-only file are there, but not the list of them.
    """
    written = _written_by(directory)
    if written is not None and _holds_data(directory) and _is_newer(written, binary):
        name, version = written
        raise DataVersionError(
            f"the data in {directory.path} was written by {name} {version}, and {binary.path} is"
            f" {binary}, which may not read it; use {name} {version.major}.{version.minor} or newer"
        )
    if binary.name == "redis" and _is_valkeys_own(directory):
        raise DataVersionError(
            f"the data in {directory.path} is in a format of Valkey's own, and {binary.path} is"
            f" {binary}; use Valkey 9 or newer"
        )
    if _holds_parts(directory) and not _holds_append_only(directory):
        raise DataDamagedError(
            f"{directory.append_dir} holds parts of an append-only file, but their list,"
            f" {directory.manifest.name}, is gone. A server would start empty and overwrite them;"
            f" put the list back from a backup, or move {directory.append_dir} away to do without"
            " (the data, if any, since a first start that is killed can leave this too)"
        )


def is_only_snapshot(directory: DataDir) -> bool:
    """Whether all data is in a snapshot, which a server with an append-only file does not read."""
    return directory.snapshot.exists() and not _holds_append_only(directory)


def note_writer(directory: DataDir, binary: Binary) -> None:
    """Record which server writes the data from now on."""
    if _written_by(directory) != (binary.name, binary.version):
        directory.write(directory.version, f"{binary}\n")


def _written_by(directory: DataDir) -> tuple[str, Version] | None:
    try:
        text = directory.version.read_text()
    except FileNotFoundError:
        return None
    # A note that makes no sense stops nobody: the server still checks the data for itself.
    if (found := re.fullmatch(r"(valkey|redis) (\d+)\.(\d+)\.(\d+)\n", text)) is None:
        return None
    name, *numbers = found.groups()
    return name, Version(*map(int, numbers))


def _is_newer(written: tuple[str, Version], binary: Binary) -> bool:
    _, version = written
    return version[:2] > binary.version[:2]


def _is_valkeys_own(directory: DataDir) -> bool:
    # Redis takes such a file for a damaged one, and advises a repair that would empty it.
    for file in [directory.snapshot, *directory.append_dir.glob("*.base.rdb")]:
        if file.exists():
            with file.open("rb") as start:
                if start.read(6) == b"VALKEY":
                    return True
    return False


def _holds_data(directory: DataDir) -> bool:
    return directory.snapshot.exists() or _holds_append_only(directory)


def _holds_append_only(directory: DataDir) -> bool:
    # Before version 7 the append-only file was a single one; the server takes it over by itself.
    return directory.manifest.exists() or (directory.path / "appendonly.aof").exists()


def _holds_parts(directory: DataDir) -> bool:
    return any(directory.append_dir.glob("appendonly.aof.*.*"))
