"""Changing jobs: `update`."""

from collections.abc import Mapping, Sequence
from functools import partial as bound
from typing import TYPE_CHECKING, Any

import click

from tasuki.cli.commands.steer import FILTER, Order, steer, which
from tasuki.cli.declared import flags_for, read_flags
from tasuki.cli.jobinput import read_data
from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.model.errors import InvalidError
from tasuki.model.job import NewJob
from tasuki.model.options import options_of
from tasuki.model.state import Verb
from tasuki.model.update import UPDATABLE

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

FLAGS = tuple(each for each in options_of(NewJob) if each.name in UPDATABLE and each.name != "data")

WHERE = tuple(each._replace(name=f"where_{each.name}") for each in FILTER)
"""What jobs have in common. Some of it has a name that is also that of what may change."""

WITHOUT: Mapping[str, Any] = {"expires": None, "tags": ()}
"""What a job can be without, and what is said then."""


@click.command("update", cls=Command)
@which(WHERE)
@flags_for(FLAGS)
@click.option("--data", metavar="DATA", help="What the worker gets: JSON, or `@FILE`.")
@click.option(
    "--without",
    type=click.Choice(list(WITHOUT)),
    multiple=True,
    help="What it is no longer to have.",
)
@at_desk
async def update(
    desk: "Desk",
    ids: Sequence[str],
    data: str | None,
    without: Sequence[str],
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Change jobs that are not active and have not ended. What is not given stays as it is.

        tasuki update 7 --priority high --without expires
        tasuki update --where-type email --where-state scheduled --delay 1h

    Name them, or say what they have in common; `-` reads ids from standard input. When they are
    many, it is told how many went which way.
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

    said = read_flags(WHERE, options)
    where = {name.removeprefix("where_"): value for name, value in said.items()}
    conditions = {"where": where} if where else {}
    act = bound(desk.client.update, **changes)
    order = Order("Updating", Verb.UPDATE, act, condition="--where-state")
    return await steer(order, ids, conditions, dry_run=dry_run, as_json=as_json)
