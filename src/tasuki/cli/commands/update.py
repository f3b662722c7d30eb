"""Changing jobs: `update`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from tasuki.cli.commands.steer import Order, carry_out, ids_argument
from tasuki.cli.declared import flags_for, read_flags
from tasuki.cli.jobinput import read_data
from tasuki.cli.options import as_json
from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.model.errors import InvalidError
from tasuki.model.job import NewJob
from tasuki.model.options import options_of
from tasuki.model.state import Verb
from tasuki.model.update import UPDATABLE

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk
    from tasuki.client.acting import Outcome

FLAGS = tuple(each for each in options_of(NewJob) if each.name in UPDATABLE and each.name != "data")

WITHOUT: Mapping[str, Any] = {"expires": None, "tags": ()}
"""What a job can be without, and what is said then."""


@click.command("update", cls=Command)
@ids_argument
@flags_for(FLAGS)
@click.option("--data", metavar="DATA", help="What the worker gets: JSON, or `@FILE`.")
@click.option(
    "--without",
    type=click.Choice(list(WITHOUT)),
    multiple=True,
    help="What it is no longer to have.",
)
@as_json
@at_desk
async def update(
    desk: "Desk",
    ids: Sequence[str],
    data: str | None,
    without: Sequence[str],
    as_json: bool,
    **options: Any,
) -> int:
    """Change jobs that are not active and have not ended. What is not given stays as it is.

        tasuki update 7 --priority high --without expires
        tasuki jobs --type email --all --ids | tasuki update - --delay 1h

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    changes = read_flags(FLAGS, options)
    if data is not None:
        changes["data"] = read_data(data)
    for name in without:
        if name in changes:
            raise InvalidError("cannot be given together with --without", field=name)
        changes[name] = WITHOUT[name]
    if not changes:
        raise click.UsageError("There is nothing to update: say what, as with --priority.")

    async def act(some: Sequence[int]) -> "Mapping[int, Outcome]":
        return await desk.client.update(some, **changes)

    return await carry_out(Order("Updating", Verb.UPDATE, act), ids, as_json=as_json)
