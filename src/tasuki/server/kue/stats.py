"""Counts as Kue gives them, over all types."""

from collections.abc import Iterable, Mapping

from tasuki.store.looks.types import TypeInfo


def kue_stats(
    types: Iterable[TypeInfo], totals: Mapping[str, Mapping[str, int]]
) -> dict[str, int | None]:
    """How many jobs are in which of Kue's states, and how many milliseconds were worked.

    Cancelled jobs count as failed, as they are shown. `workTime` is null as long as
    none is counted.
    """
    known = list(types)
    work = [counters["ms"] for counters in totals.values() if "ms" in counters]
    return {
        "inactiveCount": sum(type.waiting for type in known),
        "completeCount": sum(type.completed for type in known),
        "activeCount": sum(type.active for type in known),
        "failedCount": sum(type.failed + type.cancelled for type in known),
        "delayedCount": sum(type.scheduled for type in known),
        "workTime": sum(work) if work else None,
    }
