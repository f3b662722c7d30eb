"""Each measurement has the sides and the counts that it needs."""

import pytest

from benchmarks.catalogue import MEASUREMENTS, SIDES
from benchmarks.measures import drain, enqueue, memory
from benchmarks.sizes import FULL, QUICK, Sizes

_COUNTS: dict[object, str] = {
    enqueue.bulk: "bulk",
    drain.backlog: "drain",
    drain.with_costs: "drain",
    drain.few_at_once: "drain_few",
    drain.in_threads: "drain_threads",
    memory.per_waiting_job: "memory",
}


def test_sides_are_known_and_ours_comes_first() -> None:
    for measurement in MEASUREMENTS.values():
        assert set(measurement.sides) <= set(SIDES)
        assert measurement.sides[0] == "tasuki"


@pytest.mark.parametrize("sizes", [FULL, QUICK], ids=["full", "quick"])
def test_every_side_has_its_count_and_the_ledger_has_room_for_it(sizes: Sizes) -> None:
    for measurement in MEASUREMENTS.values():
        if field := _COUNTS.get(measurement.run):
            counts = getattr(sizes, field)
            assert set(measurement.sides) <= set(counts)
            assert max(counts.values()) <= sizes.deep
