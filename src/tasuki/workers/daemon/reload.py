"""Notices when the source files of an app change."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger("tasuki.daemon")

MOST_FILES = 5_000
MOST_DIRECTORIES = 5_000
IGNORED = frozenset({"__pycache__", "node_modules", "site-packages"})

Snapshot = dict[str, tuple[int, int]]


class FileWatch:
    """The `.py` files under a directory.

    Directories with a name that begins with a dot, virtual environments and `node_modules` are left
    out, and links to directories are not followed. Of a very large tree only the `most` nearest
    files are watched.
    """

    def __init__(self, root: Path, most: int = MOST_FILES) -> None:
        self._root = root
        self._most = most
        self._known = self._latest = self._snapshot()
        if len(self._known) == most:
            log.warning("%s has too many files: only %d are watched", root, most)

    def look(self) -> list[Path]:
        """The files that have changed, are new or are gone since that was told the last time.

        They are told once nothing has changed from one look to the next, so that an editor or a
        checkout that is in the middle of it can end.
        """
        before, self._latest = self._latest, self._snapshot()
        if self._latest != before:
            return []
        changed = {path for path, _ in self._known.items() ^ self._latest.items()}
        self._known = self._latest
        return [Path(path).relative_to(self._root) for path in sorted(changed)]

    def _snapshot(self) -> Snapshot:
        snapshot: Snapshot = {}
        for entry in _source_files(self._root):
            try:
                stat = entry.stat()
            except OSError:
                continue
            snapshot[entry.path] = (stat.st_mtime_ns, stat.st_size)
            if len(snapshot) == self._most:
                break
        return snapshot


def _source_files(root: Path) -> Iterator[os.DirEntry[str]]:
    directories = [str(root)]
    # This list grows while it is being walked: breadth first, so that near files come first.
    for directory in directories:
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if len(directories) < MOST_DIRECTORIES and _is_wanted(entry):
                    directories.append(entry.path)
            elif entry.name.endswith(".py"):
                yield entry


def _is_wanted(directory: os.DirEntry[str]) -> bool:
    return not (
        directory.name.startswith(".")
        or directory.name in IGNORED
        or os.path.lexists(os.path.join(directory.path, "pyvenv.cfg"))  # noqa: PTH118
    )
