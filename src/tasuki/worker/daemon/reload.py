"""Notices when the source files of an app change."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

log = logging.getLogger("tasuki.daemon")

POLL_SECONDS = 0.5
MOST_FILES = 5_000
MOST_DIRECTORIES = 5_000
IGNORED = frozenset({"__pycache__", "node_modules", "site-packages"})

Snapshot = dict[str, tuple[int, int]]


class FileWatch:
    """The changes of the `.py` files under a directory, found by looking every half second.

    Directories with a name that begins with a dot, virtual environments and `node_modules` are left
    out, and links to directories are not followed. Of a very large tree only the first 5,000 files
    are watched.
    """

    def __init__(self, root: Path, seconds: float = POLL_SECONDS) -> None:
        self._root = root
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[list[Path]]:
        """Give the changed, new and deleted files, each time that there are any.

        A change is given once all files have been the same for one look, so that an editor or a
        checkout that is in the middle of it can end.
        """
        known = latest = await asyncio.to_thread(self._look)
        if len(known) == MOST_FILES:
            log.warning("%s has too many files: only %d are watched", self._root, MOST_FILES)
        while True:
            await asyncio.sleep(self._seconds)
            before, latest = latest, await asyncio.to_thread(self._look)
            if latest == before and latest != known:
                changed = {file for file, _ in known.items() ^ latest.items()}
                known = latest
                yield [Path(file).relative_to(self._root) for file in sorted(changed)]

    def _look(self) -> Snapshot:
        snapshot: Snapshot = {}
        for entry in _source_files(self._root):
            try:
                stat = entry.stat()
            except OSError:
                continue
            snapshot[entry.path] = (stat.st_mtime_ns, stat.st_size)
            if len(snapshot) == MOST_FILES:
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
