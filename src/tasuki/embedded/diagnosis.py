"""Turns a server's last words into an error that says what to do."""

import shlex
import shutil

from tasuki.embedded.binary import Binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import (
    DataDamagedError,
    DataVersionError,
    EmbeddedError,
    StoreExitedError,
)
from tasuki.embedded.log import ServerLog

_NEWER = ("Can't handle RDB format version",)
_LIST = ("AOF MANIFEST FILE ERROR", "Unable to obtain the AOF file")
_SNAPSHOT = ("Internal error in RDB", "Fatal error loading the DB", "Error reading the RDB base")
_COMMANDS = (
    "Bad file format reading the append only file",
    "Unexpected end of file reading the append only file",
    "Unrecoverable error reading the append only file",
)


def exited(binary: Binary, directory: DataDir, how: str, log: ServerLog) -> EmbeddedError:
    """The error for a server that ended (`how`) before it was ready."""
    text = log.text()

    def says(phrases: tuple[str, ...]) -> bool:
        return any(phrase in text for phrase in phrases)

    kind: type[EmbeddedError] = DataDamagedError
    if says(_NEWER):
        kind = DataVersionError
        advice = (
            f"the data in {directory.path} was written by a newer server than {binary}, or one of"
            " another kind; use the server that wrote it, or a newer one\n"
        )
    elif says(_LIST):
        advice = (
            f"the append-only file in {directory.append_dir} is not complete. Nothing was changed."
            " Put back what is missing from a backup\n"
        )
    elif says(_SNAPSHOT):
        advice = _restore(directory)
    elif says(_COMMANDS):
        advice = _repair(binary, directory)
    else:
        kind, advice = StoreExitedError, ""
    return kind(
        f"the store ended at its start ({how}): {log.last_words()}\n{advice}"
        f"the end of {directory.log}:\n{log.tail()}"
    )


def _restore(directory: DataDir) -> str:
    if not directory.append_dir.exists():
        return (
            f"the snapshot {directory.snapshot} is damaged. Nothing was changed. Put it back from a"
            " backup, or move it away to start empty\n"
        )
    older = (
        f", or move {directory.append_dir} away to go back to the older state in"
        f" {directory.snapshot}"
    )
    return (
        f"the base of the append-only file in {directory.append_dir} is damaged. Nothing was"
        f" changed. Put it back from a backup{older if directory.snapshot.exists() else ''}\n"
    )


def _repair(binary: Binary, directory: DataDir) -> str:
    tool = f"{binary.name}-check-aof"
    if shutil.which(tool) is None:
        # The server program is also the checker, when it is called by the checker's name.
        run_as = shlex.quote(f'exec -a {tool} "$0" "$@"')
        tool = f"bash -c {run_as} {shlex.quote(str(binary.path))}"
    manifest = shlex.quote(str(directory.manifest))
    return (
        f"the append-only file is damaged. Nothing was changed. Make a copy of"
        f" {directory.append_dir}; see what is wrong with\n    {tool} {manifest}\n"
        f"and repair it with\n    {tool} --fix {manifest}\n"
        "which discards EVERYTHING after the damage\n"
    )
