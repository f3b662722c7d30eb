"""Looking at jobs: `jobs`, `show`, `log`."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tasuki.cli.options import as_json
from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.cli.terminal.jobview import COLUMNS, details, row
from tasuki.cli.terminal.output import Table, json_text, print_json, remark, say
from tasuki.model.state import State
from tasuki.telemetry.terminal import printable

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk
    from tasuki.store.looks.listing import Page

PAGE = 200
"""How many jobs are asked for at a time."""


@click.command("jobs", cls=Command)
@click.option("--state", "-s", type=click.Choice([str(s) for s in State]), help="Only this state.")
@click.option("--type", "-t", "type", metavar="TYPE", help="Only this type.")
@click.option("--tag", metavar="TAG", help="Only jobs with this tag.")
@click.option(
    "--limit",
    "-n",
    metavar="N",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many jobs to list.",
)
@click.option("--cursor", metavar="CURSOR", help="Go on where an earlier list ended.")
@click.option("--all", "everything", is_flag=True, help="List all, however many.")
@click.option("--ids", is_flag=True, help="Print only the ids, one a line.")
@as_json
@at_desk
async def jobs(
    desk: "Desk",
    state: str | None,
    type: str | None,
    tag: str | None,
    limit: int,
    cursor: str | None,
    everything: bool,
    ids: bool,
    as_json: bool,
) -> None:
    """List jobs.

    Active ones first, then those that wait, in the order in which they will run, then those that
    have ended, the latest first.

        tasuki jobs --state failed --type email
        tasuki jobs --state failed --all --ids | tasuki retry -
    """
    pages = _pages(
        desk,
        State(state) if state else None,
        type,
        tag,
        None if everything else limit,
        cursor,
    )
    if as_json:
        await _print_json(pages)
    elif ids:
        async for page in pages:
            for job in page.jobs:
                say(str(job.id))
    else:
        await _print_table(pages)


@click.command("show", cls=Command)
@click.argument("id", type=int)
@as_json
@at_desk
async def show(desk: "Desk", id: int, as_json: bool) -> None:
    """Show everything about a job."""
    job = await desk.client.get(id)
    if as_json:
        print_json(job)
        return
    for line in details(job, datetime.now(UTC)):
        say(line)
    if lines := len((await desk.client.log(id)).lines):
        say(f"  log       {lines} line{'s' if lines > 1 else ''}: tasuki log {id}")


@click.command("log", cls=Command)
@click.argument("id", type=int)
@as_json
@at_desk
async def log(desk: "Desk", id: int, as_json: bool) -> None:
    """Print what a job has logged, the oldest line first."""
    lines = (await desk.client.log(id)).lines
    if as_json:
        print_json({"lines": lines})
        return
    for line in lines:
        say(printable(line))
    if not lines:
        remark(f"job {id} has logged nothing")


async def _pages(
    desk: "Desk",
    state: State | None,
    type: str | None,
    tag: str | None,
    limit: int | None,
    cursor: str | None,
) -> "AsyncIterator[Page]":
    """Pages until the limit is reached (None: until the end)."""
    found = 0
    while limit is None or found < limit:
        wanted = PAGE if limit is None else min(PAGE, limit - found)
        page = await desk.client.page(state=state, type=type, tag=tag, limit=wanted, cursor=cursor)
        yield page
        found += len(page.jobs)
        cursor = page.cursor
        if cursor is None:
            return


async def _print_table(pages: "AsyncIterator[Page]") -> None:
    table, cursor, found = Table(*COLUMNS), None, 0
    async for page in pages:
        if page.jobs:
            table.print(row(job, datetime.now(UTC)) for job in page.jobs)
        found += len(page.jobs)
        cursor = page.cursor
    if not found:
        remark("no such jobs")
    if cursor is not None:
        remark(f"there may be more: --all, or --cursor {cursor}")


async def _print_json(pages: "AsyncIterator[Page]") -> None:
    say('{"jobs":[')
    cursor, comma = None, ""
    async for page in pages:
        for job in page.jobs:
            say(comma + json_text(job, indent=False))
            comma = ","
        cursor = page.cursor
    say(f'],"cursor":{json_text(cursor, indent=False)}}}')
