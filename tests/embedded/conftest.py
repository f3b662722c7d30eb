import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tasuki.embedded.lock import FileLock


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A private directory with a short name, and a check that no server is left in it."""
    with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
        directory = Path(name) / "data"
        yield directory
        if directory.is_dir() and _is_in_use(directory):
            pid = int((directory / "store.pid").read_text())
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            pytest.fail(f"the test left a server behind (pid {pid})")


def _is_in_use(directory: Path) -> bool:
    with FileLock(directory / "store.lock") as lock:
        return not lock.take()
