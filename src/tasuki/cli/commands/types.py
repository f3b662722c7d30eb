"""Types and runners: `types`, `pause`, `resume`, `runners`."""

from typing import TYPE_CHECKING

import click

from tasuki.cli.options import as_json
from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.cli.terminal.jobview import COLOURS
from tasuki.cli.terminal.output import Cell, Column, Table, print_json, remark, say
from tasuki.cli.terminal.when import rough
from tasuki.model.state import SHOWN
from tasuki.telemetry.terminal import printable

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk
    from tasuki.store.looks.types import TypeInfo


@click.command("types", cls=Command)
@as_json
@at_desk
async def types(desk: "Desk", as_json: bool) -> None:
    """List the types of jobs, and how many are in each state."""
    found = await desk.client.types()
    if as_json:
        print_json({"types": found})
    elif not found:
        remark("no types yet: a type appears with its first job or its first worker")
    else:
        heads = (Column(state.upper(), right=True) for state in SHOWN)
        Table(Column("TYPE"), *heads, Column("")).print(_row(info) for info in found)


@click.command("pause", cls=Command)
@click.argument("type")
@as_json
@at_desk
async def pause(desk: "Desk", type: str, as_json: bool) -> None:
    """Let no more jobs of a type start.

    That holds for all runners, also later ones, until `tasuki resume`. Jobs that are active go on.
    """
    info = await desk.client.pause(type)
    if as_json:
        print_json(info)
        return
    active = f", {info.active} active to go on" if info.active else ""
    say(f"{printable(type)} is paused: {_left(info)}{active}")


@click.command("resume", cls=Command)
@click.argument("type")
@as_json
@at_desk
async def resume(desk: "Desk", type: str, as_json: bool) -> None:
    """Let the jobs of a paused type start again."""
    info = await desk.client.resume(type)
    if as_json:
        print_json(info)
    else:
        say(f"{printable(type)} is resumed: {_left(info)}")


@click.command("runners", cls=Command)
@as_json
@at_desk
async def runners(desk: "Desk", as_json: bool) -> None:
    """List the runners: the processes that run jobs now."""
    found = await desk.client.runners()
    if as_json:
        print_json({"runners": found})
    elif not found:
        remark("no runners: start some with `tasuki up APP` or `tasuki worker APP`")
    else:
        table = Table(
            Column("RUNNER"),
            Column("HOST"),
            Column("PID", right=True),
            Column("ACTIVE", right=True),
            Column("SLOTS", right=True),
            Column("STUCK", right=True),
            Column("LEASE", right=True),
            Column(""),
            Column("TYPES"),
        )
        table.print(
            [
                runner.id,
                runner.fields.get("host", "?"),
                runner.fields.get("pid", "?"),
                str(runner.active),
                runner.fields.get("slots", "?"),
                _stuck(runner.fields.get("stuck", "0")),
                rough(max(0.0, runner.lease_left)),
                Cell("stopping", "yellow") if "stopping" in runner.fields else "",
                ", ".join(runner.types),
            ]
            for runner in found
        )


def _stuck(count: str) -> str | Cell:
    """How many jobs run on although they were told to stop."""
    return count if count == "0" else Cell(count, "red")


def _row(info: "TypeInfo") -> list[str | Cell]:
    counts = [(state, info.counts[state]) for state in SHOWN]
    cells = [Cell(str(count), COLOURS.get(state) if count else None) for state, count in counts]
    return [info.type, *cells, Cell("paused", "yellow") if info.paused else ""]


def _left(info: "TypeInfo") -> str:
    return "1 job waits" if info.waiting == 1 else f"{info.waiting} jobs wait"
