"""What happened, in numbers: `stats`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from tasuki.cli.options import as_json
from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.cli.terminal.output import Cell, Column, Table, print_json, remark, say
from tasuki.cli.terminal.when import rough
from tasuki.model.run_times import is_bucket
from tasuki.model.state import SHOWN

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

EVENTS = ("enqueued", *(state for state in SHOWN if state.finished), "retried", "crashed")

Events = Mapping[str, int]

_PROMISES = {
    "always": "a job is on disk before its id is given out",
    "everysec": "a job is on disk within about a second",
    "none": "jobs can be lost when the store's machine fails",
    "unknown": "the store does not say when a job is on disk",
}


@click.command("stats", cls=Command)
@click.option(
    "--minutes",
    metavar="N",
    type=click.IntRange(1, 2_880),
    default=60,
    show_default=True,
    help="Count the last N minutes.",
)
@click.option("--total", is_flag=True, help="Count from the beginning.")
@as_json
@at_desk
async def stats(desk: "Desk", minutes: int, total: bool, as_json: bool) -> None:
    """Count what happened to the jobs of each type."""
    from tasuki.views import read_stats

    found = await read_stats(desk.client, desk.health, minutes)
    if as_json:
        print_json(found)
        return
    counts = dict(found.totals) if total else added(minute.types for minute in found.minutes)
    span = "since the beginning" if total else f"in the last {minutes} min"
    if counts:
        heads = (Column(event.upper(), right=True) for event in EVENTS)
        table = Table(Column("TYPE"), *heads, Column("MEAN TIME", right=True))
        table.print(_row(type, events) for type, events in sorted(counts.items()))
        say()
        say(f"Counted {span}. Fsync is {found.durability}: {_PROMISES[found.durability]}.")
    else:
        remark(f"nothing happened {span}")


def added(minutes: Iterable[Mapping[str, Events]]) -> dict[str, Events]:
    """The sums of several minutes, by type."""
    sums: dict[str, Counter[str]] = {}
    for types in minutes:
        for type, events in types.items():
            sums.setdefault(type, Counter()).update(events)
    return dict(sums)


def mean_seconds(events: Events) -> float | None:
    """How long an attempt took on average; None when none has ended."""
    attempts = sum(count for event, count in events.items() if is_bucket(event))
    return events.get("ms", 0) / 1_000 / attempts if attempts else None


def _row(type: str, events: Events) -> list[str | Cell]:
    failed = events.get("failed", 0)
    cells = [str(events.get(event, 0)) for event in EVENTS]
    mean = mean_seconds(events)
    return [
        type,
        *(
            Cell(text, "red" if event == "failed" and failed else None)
            for event, text in zip(EVENTS, cells, strict=True)
        ),
        "-" if mean is None else rough(mean),
    ]
