"""The circumstances of a run: machine, disk, versions, date, revision."""

import os
import platform
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

_SYNCS = 100


def describe() -> dict[str, str]:
    """Facts about the machine at this moment, as lines of a header."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "revision": _revision(),
        "machine": f"{_processor()}, {os.cpu_count()} CPUs, {_memory()}",
        "system": platform.platform(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before": load(),
        "disk": f"write and fsync {_sync_microseconds():.0f} µs (median of {_SYNCS})",
    }


def load() -> str:
    """How many processes wanted to run, over one, five and fifteen minutes."""
    averages = os.getloadavg()
    busy = averages[0] > (os.cpu_count() or 1) / 2
    text = " ".join(f"{average:.2f}" for average in averages)
    return f"{text} (others use this machine: expect noise)" if busy else text


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _sync_microseconds() -> float:
    took: list[float] = []
    with tempfile.TemporaryFile() as file:
        for _ in range(_SYNCS):
            os.write(file.fileno(), bytes(200))
            before = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - before)
    return median(took) * 1e6
