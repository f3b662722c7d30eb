"""The picture that `tasuki top` draws of a sample. Text from jobs is never markup."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasuki.cli.terminal.jobview import COLOURS, error_line
from tasuki.cli.terminal.watch import Sample
from tasuki.cli.terminal.when import relative, rough
from tasuki.model.state import SHOWN
from tasuki.store.looks.types import TypeInfo
from tasuki.telemetry.terminal import printable

MOST_RUNNERS = 8
_OTHER_LINES = 13
"""Lines of a frame besides the rows of its tables."""

_LEAST_ROWS = 3


def frame(sample: Sample, namespace: str, *, height: int | None, trouble: str = "") -> Group:
    """A frame of so many lines (None: as many as it takes). `trouble` is why it is not fresh."""
    runners, failures = sample.runners[:MOST_RUNNERS], sample.failures
    used = _OTHER_LINES + len(runners) + len(failures)
    room = None if height is None else max(_LEAST_ROWS, height - used)
    parts: list[RenderableType] = [_head(sample, namespace)]
    parts.append(Text(printable(trouble), style="bold red") if trouble else Text())
    parts += [_types(sample, room), Text()]
    if runners:
        parts += [_runners(sample), Text()]
    else:
        parts += [Text("no runners: nothing is running jobs", style="yellow"), Text()]
    if failures:
        parts.append(_failures(sample))
    return Group(*parts)


def _head(sample: Sample, namespace: str) -> Text:
    active = sum(info.active for info in sample.types)
    waiting = sum(info.waiting for info in sample.types)
    return Text.assemble(
        ("tasuki top", "bold"),
        f"   {datetime.now().astimezone():%H:%M:%S}   namespace {namespace}"
        f"   fsync {sample.stats.durability}\n",
        (f"{_rate(sample.rate)} jobs/s", "bold"),
        f"   {active:,} active   {waiting:,} waiting   {_count(len(sample.runners), 'runner')}",
    )


def _types(sample: Sample, room: int | None) -> Table:
    table = _table(["TYPE"], [*(state.upper() for state in SHOWN), "JOBS/S"])
    shown = _busiest(sample, room)
    for info in shown:
        counts = info.counts
        name = Text(
            printable(info.type), style="yellow" if info.paused else "", overflow="ellipsis"
        )
        table.add_row(
            name + Text(" (paused)") if info.paused else name,
            *(
                Text(f"{counts[state]:,}", style=COLOURS.get(state, "") if counts[state] else "dim")
                for state in SHOWN
            ),
            _rate(sample.rates.get(info.type, 0)),
        )
    if left := len(sample.types) - len(shown):
        table.add_row(Text(f"and {_count(left, 'more type', 'more types')}", style="dim"))
    if not sample.types:
        table.add_row(Text("no jobs yet", style="dim"))
    return table


def _runners(sample: Sample) -> Table:
    table = _table(["RUNNER", "HOST"], ["PID", "ACTIVE", "SLOTS", "LEASE"])
    for runner in sample.runners[:MOST_RUNNERS]:
        table.add_row(
            runner.id,
            *(Text(printable(runner.fields.get(name, "?"))) for name in ("host", "pid")),
            f"{runner.active:,}",
            Text(printable(runner.fields.get("slots", "?"))),
            Text(rough(runner.lease_left), style="" if runner.lease_left > 1 else "red"),
        )
    if (left := len(sample.runners) - MOST_RUNNERS) > 0:
        table.add_row(Text(f"and {left} more", style="dim"))
    return table


def _failures(sample: Sample) -> Table:
    now = datetime.now(UTC)
    table = _table(["FAILED", "TYPE", "WHEN", "ERROR"], [])
    for job in sample.failures:
        table.add_row(
            Text(str(job.id), style="red"),
            Text(printable(job.type), overflow="ellipsis"),
            relative(job.finished_at or job.created_at, now),
            Text(printable(error_line(job) or job.reason or ""), overflow="ellipsis"),
        )
    return table


def _table(left: Iterable[str], right: Iterable[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for title in left:
        table.add_column(title, no_wrap=True)
    for title in right:
        table.add_column(title, no_wrap=True, justify="right")
    return table


def _busiest(sample: Sample, room: int | None) -> Sequence[TypeInfo]:
    """As many types as there is room for, by name."""
    if room is None or len(sample.types) <= room:
        return sample.types

    def activity(info: TypeInfo) -> float:
        return info.active + info.waiting + sample.rates.get(info.type, 0)

    chosen = sorted(sample.types, key=activity, reverse=True)[:room]
    return sorted(chosen, key=lambda info: info.type)


def _rate(rate: float) -> str:
    if 0 < rate < 0.1:
        return "<0.1"
    return f"{rate:,.0f}" if rate >= 10 or rate == 0 else f"{rate:.1f}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
