"""What processes take from the machine: processor time and memory, read from /proc (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")

_TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds; the kernel keeps the time of a process finer than that, and shows it in these."""


def tree(pid: int) -> list[int]:
    """The process and all that descend from it, the process first."""
    found = [pid]
    for parent in found:
        found += _children(parent)
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of these processes, with that of children that ended and were waited for."""
    return sum(_cpu_ticks(pid) for pid in pids) * _TICK


def pss_bytes(pids: Iterable[int]) -> int:
    """Memory of these processes; a page that several processes share is divided among them."""
    return sum(_pss_kib(pid) for pid in pids) * 1024


def _children(pid: int) -> list[int]:
    try:
        threads = list((_PROC / str(pid) / "task").iterdir())
        return [
            int(child) for thread in threads for child in (thread / "children").read_text().split()
        ]
    except FileNotFoundError:  # it has just ended
        return []


def _cpu_ticks(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except FileNotFoundError:
        return 0
    # The name of the program, in brackets, may hold anything; utime is the 12th field after it.
    return sum(map(int, text.rpartition(")")[2].split()[11:15]))


def _pss_kib(pid: int) -> int:
    lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
