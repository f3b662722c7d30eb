"""Runs contenders in rounds, one after the other in every round, and keeps their figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.results import Series
from benchmarks.sides import SideError


@dataclass(slots=True)
class Rounds:
    """Interleaves contenders (A B C, A B C, ...), so that a slow minute of the machine hits all.

    A contender that fails is left out from then on, and told in `failures`; the others go on.
    `report` is called with the name of each contender before its turn.
    """

    count: int
    report: Callable[[str], None]
    failures: list[str] = field(default_factory=list)

    def run(
        self, contenders: Mapping[str, Callable[[], Mapping[str, float]]], *, once: bool = False
    ) -> "Figures":
        """Each contender returns its figures by name, e.g. `{"p50": ..., "p99": ...}`.

        With `once` there is one round: for what comes out the same every time.
        """
        count = 1 if once else self.count
        taken: dict[str, list[Mapping[str, float]]] = {name: [] for name in contenders}
        failed: set[str] = set()
        for number in range(1, count + 1):
            for name, contender in contenders.items():
                if name in failed:
                    continue
                self.report(f"{name}, round {number} of {count}")
                try:
                    taken[name].append(contender())
                except SideError as error:
                    failed.add(name)
                    self.failures.append(str(error))
        return Figures({name: rows for name, rows in taken.items() if name not in failed})


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rounds of one measurement gave, by contender."""

    by_contender: Mapping[str, list[Mapping[str, float]]]

    def series(self, contender: str, figure: str, *, label: str = "") -> Series | None:
        """The figure of every round; None when the contender did not get through, or has none."""
        rows = [row for row in self.by_contender.get(contender, ()) if figure in row]
        return Series(label or contender, tuple(row[figure] for row in rows)) if rows else None
