"""Steering jobs, by id or by what they have in common: `retry`, `cancel`, `promote`, `rm`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial as bound
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from tasuki.cli.declared import flags_for, read_flags
from tasuki.cli.matching import by_filter
from tasuki.cli.options import as_json
from tasuki.cli.program import EXIT_FAILED, Command
from tasuki.cli.run import at_desk
from tasuki.cli.steered import Steered
from tasuki.cli.terminal.progress import progress
from tasuki.cli.terminal.streams import read_input
from tasuki.model.errors import InvalidError
from tasuki.model.filter import Filter
from tasuki.model.options import Option, options_of
from tasuki.model.state import Verb
from tasuki.wire.ids import LARGEST_ID

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

CHUNK = 500
"""How many jobs are asked for in one call."""

FILTER = options_of(Filter)

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Order(NamedTuple):
    """What is done to jobs, and what is said meanwhile. `act` gives what became of each.

    `condition` is a flag for what jobs may have in common.
    """

    label: str
    verb: Verb
    act: "Callable[..., Awaitable[Any]]"
    condition: str = f"--{FILTER[0].name}"


def which(conditions: Sequence[Option]) -> Callable[[Decorated], Decorated]:
    """The ids of jobs, or flags for what they have in common."""

    def decorate(command: Decorated) -> Decorated:
        for each in (
            as_json,
            click.option("--dry-run", is_flag=True, help="Only count the jobs that match."),
            flags_for(conditions),
            click.argument("ids", metavar="[ID...]", nargs=-1),
        ):
            command = each(command)
        return command

    return decorate


@click.command("retry", cls=Command)
@which(FILTER)
@at_desk
async def retry(desk: "Desk", ids: Sequence[str], **flags: Any) -> int:
    """Run jobs again that have ended. Their attempts start again.

    Name them, or say what they have in common; `-` reads ids from standard input. When they are
    many, it is told how many went which way.

        tasuki retry 7 8
        tasuki retry --state failed --type email --error 'SMTP*'
    """
    order = Order("Retrying", Verb.RETRY, desk.client.retry)
    return await _steer(order, ids, flags)


@click.command("cancel", cls=Command)
@which(FILTER)
@at_desk
async def cancel(desk: "Desk", ids: Sequence[str], **flags: Any) -> int:
    """Cancel jobs. One that is active is told to stop.

    Name them, or say what they have in common; `-` reads ids from standard input. When they are
    many, it is told how many went which way.

        tasuki cancel 7 8
        tasuki cancel --type newsletter --created-before 2027-01-31
    """
    order = Order("Cancelling", Verb.CANCEL, desk.client.cancel)
    return await _steer(order, ids, flags)


@click.command("promote", cls=Command)
@which(FILTER)
@at_desk
async def promote(desk: "Desk", ids: Sequence[str], **flags: Any) -> int:
    """Let scheduled jobs run now.

    Name them, or say what they have in common; `-` reads ids from standard input. When they are
    many, it is told how many went which way.

        tasuki promote 7 8
        tasuki promote --type email --error 'ConnectionError*'
    """
    order = Order("Promoting", Verb.PROMOTE, desk.client.promote)
    return await _steer(order, ids, flags)


@click.command("rm", cls=Command)
@which(FILTER)
@at_desk
async def rm(desk: "Desk", ids: Sequence[str], **flags: Any) -> int:
    """Delete jobs that are not active, with their results and logs.

    Name them, or say what they have in common; `-` reads ids from standard input. When they are
    many, it is told how many went which way.

        tasuki rm 7 8
        tasuki rm --state cancelled --finished-before 2027-01-31 --dry-run
    """
    order = Order("Removing", Verb.REMOVE, desk.client.remove)
    return await _steer(order, ids, flags)


async def _steer(order: Order, ids: Sequence[str], flags: Mapping[str, Any]) -> int:
    conditions = read_flags(FILTER, flags)
    return await steer(order, ids, conditions, dry_run=flags["dry_run"], as_json=flags["as_json"])


async def steer(
    order: Order,
    ids: Sequence[str],
    conditions: Mapping[str, Any],
    *,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Do it to the jobs that are named, or else to those that match. Gives the exit code."""
    if ids and (dry_run or conditions):
        raise click.UsageError("Name the jobs, or say what they have in common, not both.")
    if ids:
        return await _carry_out(order, ids, as_json=as_json)
    if not conditions:
        raise click.UsageError(
            f"Name some jobs, or say what they have in common, as by {order.condition}."
        )
    sweep = bound(order.act, dry_run=dry_run, **conditions)
    label = "Counting" if dry_run else order.label
    return await by_filter(sweep, order.verb, label, dry_run=dry_run, as_json=as_json)


async def _carry_out(order: Order, words: Sequence[str], *, as_json: bool) -> int:
    """Do it to the jobs whose ids are given, and say what became of them. Gives the exit code."""
    ids = _parse(words)
    # Who writes the ids out wants to see each of them again; who pipes them in has too many.
    steered = Steered(order.verb, short="-" in words)
    try:
        with progress(order.label, len(ids)) as advance:
            for start in range(0, len(ids), CHUNK):
                some = ids[start : start + CHUNK]
                steered.add(await order.act(some))
                advance(len(some))
    finally:
        # Also when the store fails on the way: what is done is done.
        steered.report(as_json=as_json)
    return EXIT_FAILED if steered.refused else 0


def _parse(words: Iterable[str]) -> list[int]:
    """The ids, each once, in the order given.

    Raises:
        InvalidError: naming what is no id.
    """
    if "-" in words:
        read = read_input().decode("utf-8", "backslashreplace").split()
        words = [*(word for word in words if word != "-"), *read]
    return list(dict.fromkeys(_id(word) for word in words))


def _id(word: str) -> int:
    digits = word.lstrip("0")
    known = word.isascii() and word.isdigit() and len(digits) <= len(str(LARGEST_ID))
    if not known or not 1 <= int(digits or "0") <= LARGEST_ID:
        shown = word if len(word) <= 40 else f"{word[:40]}..."
        raise InvalidError(f"{shown!r} is no job id: ids are whole numbers from 1 on")
    return int(digits)
