"""The table of ratios on the terminal, and the figures as text."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.results import Comparison, Report, Series

COLUMNS = ("measurement", "unit", "ours", "against", "theirs", "ratio", "target", "met")


def show(report: Report, console: Console) -> None:
    """Prints circumstances, table, what was skipped and what failed."""
    for name, value in report.header.items():
        console.print(Text.assemble((f"{name:12}", "bold"), value))
    table = Table(caption="median (min to max) of the rounds; ratio = ours / theirs, per round")
    for column in COLUMNS:
        right = column in {"ours", "theirs", "ratio", "target"}
        table.add_column(column, justify="right" if right else "left")
    for comparison in report.comparisons:
        style = {None: "", True: "green", False: "bold red"}[comparison.met]
        table.add_row(*cells(comparison), style=style)
    console.print(table)
    for reason in report.skipped:
        console.print(Text(f"skipped: {reason}", style="yellow"))
    for failure in report.failures:
        console.print(Text(f"failed: {failure}", style="red"))


def cells(comparison: Comparison) -> tuple[str, ...]:
    """One line of the table, in the order of COLUMNS."""
    return (
        comparison.measurement,
        comparison.unit,
        _figure(comparison.ours),
        comparison.other.side if comparison.other else "-",
        _figure(comparison.other),
        _ratio(comparison),
        str(comparison.target or ""),
        {None: "", True: "yes", False: "NO"}[comparison.met],
    )


def number(value: float) -> str:
    """Three or four digits that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _figure(series: Series | None) -> str:
    if series is None:
        return "-"
    if len(series.values) == 1:
        return number(series.median)
    low, high = series.span
    return f"{number(series.median)} ({number(low)} to {number(high)})"


def _ratio(comparison: Comparison) -> str:
    if comparison.ratio is None:
        return "-"
    text = f"{number(comparison.ratio)} ×"
    if len(comparison.ratios) == 1:
        return text
    return f"{text} ({number(min(comparison.ratios))} to {number(max(comparison.ratios))})"
