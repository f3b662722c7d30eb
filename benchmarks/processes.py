"""Starts processes that cannot outlive the benchmark, and stops them by their own id."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PATIENCE = 1.0
"""Seconds that a process has to end by itself. All its jobs are settled by then."""

_TIED = Path(__file__).with_name("tied.py")


def start(
    command: Sequence[str], environment: Mapping[str, str], log: Path, *, pipes: bool = False
) -> subprocess.Popen[bytes]:
    """Starts `command` in a session of its own; what it prints goes to `log`.

    With `pipes`, stdin and stdout are pipes and only stderr goes to the log.
    """
    with log.open("ab") as sink:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_TIED), *command],
            stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipes else sink,
            stderr=sink,
            env={**os.environ, **environment},
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the process to end; kills what is left of its group after a second."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    kill_group(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and its children at once."""
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills whatever is left in the group that `start` made for this process."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def tail(log: Path, lines: int = 6) -> str:
    """The last lines of a log, to explain a failure."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
