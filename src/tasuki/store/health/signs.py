"""What the store's own words say about its health."""

from collections.abc import Mapping
from enum import StrEnum

FULL = 0.9
"""A store that uses so much of its memory is called full: soon it takes nothing more."""


class Durability(StrEnum):
    """When the store has a change on disk.

    `always`: before it answers. `everysec`: within a second. `none`: at some time, or never.
    `unknown`: it does not say.
    """

    ALWAYS = "always"
    EVERYSEC = "everysec"
    NONE = "none"
    UNKNOWN = "unknown"


def problem(info: Mapping[str, str]) -> tuple[str, str] | None:
    """The code and the cause of the first thing that makes submissions fail, now or soon."""
    if info.get("role") == "slave":
        return "store_read_only", "the store is a replica and takes no writes"
    if info.get("aof_last_write_status", "ok") != "ok":
        return "store_read_only", "the store cannot write its log: look at its disk"
    most, used = int(info.get("maxmemory", "0")), int(info.get("used_memory", "0"))
    if most and used >= most:
        return "store_full", "the store is out of memory and takes no new jobs"
    if most and used >= FULL * most:
        return "store_full", f"the store uses {used / most:.0%} of its memory"
    return None


def durability(info: Mapping[str, str], fsync: str | None) -> Durability:
    """What an answer of the store promises, by what it says of itself and its fsync policy."""
    if info.get("aof_enabled") != "1":
        return Durability.NONE if "aof_enabled" in info else Durability.UNKNOWN
    match fsync:
        case "always" | "everysec":
            return Durability(fsync)
        case "no":
            return Durability.NONE
        case _:
            return Durability.UNKNOWN
