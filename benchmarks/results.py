"""What a run finds out, as values: series of one figure per round, and their comparison."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

Bound = Literal["ratio at least", "ratio at most", "value at most"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a comparison must reach: a bound on the ratio ours/other, or on our own value."""

    bound: Bound
    limit: float

    def __str__(self) -> str:
        sign = "≤" if self.bound.endswith("most") else "≥"
        return f"{sign} {self.limit:g}" + (" ×" if self.bound.startswith("ratio") else "")


@dataclass(frozen=True, slots=True)
class Series:
    """One figure per round, of one side, in the unit of its comparison."""

    side: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def span(self) -> tuple[float, float]:
        return min(self.values), max(self.values)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our series against another's, round by round. Either is None where it could not be had."""

    measurement: str
    unit: str
    ours: Series | None
    other: Series | None
    target: Target | None = None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours divided by the other's, within each round."""
        if self.ours is None or self.other is None:
            return ()
        pairs = zip(self.ours.values, self.other.values, strict=False)
        return tuple(ours / other for ours, other in pairs)

    @property
    def ratio(self) -> float | None:
        """The median of the ratios."""
        return median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or without a figure."""
        if self.target is None:
            return None
        on_value = self.target.bound == "value at most"
        figure = self.ours.median if on_value and self.ours else self.ratio
        if figure is None:
            return None
        at_most = self.target.bound.endswith("most")
        return figure <= self.target.limit if at_most else figure >= self.target.limit


@dataclass(frozen=True, slots=True)
class Report:
    """One run: the circumstances, and what was compared."""

    header: dict[str, str]
    comparisons: tuple[Comparison, ...]
    failures: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    """Sides that this machine has nothing to run with, and why."""
