"""How much memory the store may take when nobody has said so."""

import os
from collections.abc import Iterator
from pathlib import Path

SHARE = 0.5
"""What the store may take of the memory of the machine, or of the container."""

_CGROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def default_maxmemory(cgroups: Path = _CGROUPS, membership: Path = _MEMBERSHIP) -> int:
    """Half of the memory that there is: of the machine, or of the container if it has less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(min([machine, *_limits(cgroups, membership)]) * SHARE)


def _limits(cgroups: Path, membership: Path) -> Iterator[int]:
    """The limits of the control groups that this process is in, and of those around them."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers == "":
            yield from _upwards(cgroups, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _upwards(cgroups / "memory", path, "memory.limit_in_bytes")


def _upwards(root: Path, path: str, name: str) -> Iterator[int]:
    group = root / path.lstrip("/")
    # In a container the path is often that of the host, and the group itself stands at the root.
    for place in (group, *group.parents):
        try:
            text = (place / name).read_text().strip()
        except OSError:
            text = ""
        if text.isdecimal():
            yield int(text)
        if place == root:
            return
