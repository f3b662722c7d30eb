"""The ratios as a picture. Needs matplotlib, which the benchmarks can do without."""

import importlib.util
from pathlib import Path

from benchmarks.report import number
from benchmarks.results import Comparison, Report


class NoMatplotlib(Exception):
    """There is no matplotlib to draw with."""


def draw(report: Report, path: Path) -> None:
    """Draws one bar per ratio, on a logarithmic scale, with its target; the suffix is the format.

    Bars go to the right of 1 where our figure is the larger. Raises NoMatplotlib when it is not
    installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise NoMatplotlib("no plot: matplotlib is not installed (pip install matplotlib)")
    from matplotlib.figure import Figure

    bars = [(each, each.ratio) for each in report.comparisons if each.ratio is not None]
    figure = Figure(figsize=(11, 1.5 + 0.32 * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    for row, (comparison, ratio) in enumerate(bars):
        axes.barh(row, ratio - 1, left=1, color=_colour(comparison))
        axes.annotate(
            f"{number(ratio)} ×",
            (ratio, row),
            xytext=(4 if ratio >= 1 else -4, 0),
            textcoords="offset points",
            horizontalalignment="left" if ratio >= 1 else "right",
            verticalalignment="center",
            fontsize=8,
        )
        if comparison.target is not None and comparison.target.bound != "value at most":
            limit = comparison.target.limit
            axes.plot([limit, limit], [row - 0.45, row + 0.45], color="black", linewidth=2)
    axes.set_yticks(range(len(bars)), [_label(comparison) for comparison, _ in bars], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.margins(x=0.1)
    axes.set_xlabel("ours / theirs (black mark: target; green: reached; red: missed)")
    axes.set_title(f"{report.header['machine']}, {report.header['date']}", fontsize=9)
    figure.savefig(path)


def _label(comparison: Comparison) -> str:
    other = comparison.other.side if comparison.other else ""
    return f"{comparison.measurement} ({comparison.unit}) / {other}"


def _colour(comparison: Comparison) -> str:
    return {None: "#7a8ba3", True: "#2f8f5b", False: "#c0392b"}[comparison.met]
