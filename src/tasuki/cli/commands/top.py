"""A live view: `top`."""

import sys
from typing import TYPE_CHECKING

import click

from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.cli.terminal.durations import Span
from tasuki.cli.terminal.streams import is_terminal, output

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

LEAST_SECONDS = 0.1


@click.command("top", cls=Command)
@click.option("--once", is_flag=True, help="Print one frame and end.")
@click.option(
    "--every",
    type=Span(LEAST_SECONDS),
    default="1s",
    show_default=True,
    help="How often to look.",
)
@at_desk
async def top(desk: "Desk", once: bool, every: float) -> None:
    """Watch the types, the runners, and the latest failures, live.

    q or Ctrl-C quits. JOBS/S is how many jobs end in a second.
    """
    from rich.console import Console

    from tasuki.cli.terminal.frame import frame
    from tasuki.cli.terminal.live import watch
    from tasuki.cli.terminal.watch import take_sample

    if once:
        sample = await take_sample(desk.client, desk.health, None)
        Console(file=output()).print(frame(sample, desk.settings.namespace, height=None))
    elif is_terminal(sys.stdout):
        await watch(desk.client, desk.health, desk.settings.namespace, every)
    else:
        raise click.UsageError("top needs a terminal; --once prints a single frame.")
