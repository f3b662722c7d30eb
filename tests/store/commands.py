"""Counts what scripts ask of the store."""

from collections.abc import Callable

from tests.support import Plain

# What a link does by itself, and this counting.
_OWN = frozenset(["cmdstat_info", "cmdstat_client", "cmdstat_function|load", "cmdstat_fcall"])


def counter(plain: Plain) -> Callable[[], int]:
    """A function that gives how many commands the store has run since it was called last.

    The whole store counts, so nothing else may use it meanwhile.
    """
    last = _total(plain)

    def since() -> int:
        nonlocal last
        now = _total(plain)
        last, ran = now, now - last
        return ran

    return since


def _total(plain: Plain) -> int:
    stats = plain.info("commandstats")
    return sum(
        each["calls"]
        for name, each in stats.items()
        if name not in _OWN and not name.startswith("cmdstat_client|")
    )
