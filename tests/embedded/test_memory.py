"""The share of memory that the store takes by itself."""

import os
from pathlib import Path

import pytest

from tasuki.embedded.memory import default_maxmemory

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
MIB = 2**20


@pytest.mark.parametrize(
    ("membership", "files", "limit"),
    [
        ("0::/\n", {"memory.max": "max\n"}, MACHINE),
        ("0::/\n", {"memory.max": f"{64 * MIB}\n"}, 64 * MIB),
        ("0::/a/b\n", {"a/memory.max": f"{64 * MIB}\n", "a/b/memory.max": "max\n"}, 64 * MIB),
        ("0::/of/the/host\n", {"memory.max": f"{64 * MIB}\n"}, 64 * MIB),
        (
            "4:memory:/a\n1:cpu:/\n",
            {"memory/a/memory.limit_in_bytes": f"{32 * MIB}\n"},
            32 * MIB,
        ),
        ("4:cpu,memory:/\n", {"memory/memory.limit_in_bytes": f"{2**63}\n"}, MACHINE),
        ("0::/\n", {}, MACHINE),
        ("nonsense\n", {}, MACHINE),
    ],
)
def test_it_is_half_of_the_machine_or_of_the_container(
    tmp_path: Path, membership: str, files: dict[str, str], limit: int
):
    for name, text in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "membership").write_text(membership)
    assert default_maxmemory(tmp_path / "groups", tmp_path / "membership") == limit // 2


def test_without_control_groups_it_is_half_of_the_machine(tmp_path: Path):
    assert default_maxmemory(tmp_path, tmp_path / "nothing") == MACHINE // 2
