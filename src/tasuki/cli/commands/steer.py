"""Steering jobs: `retry`, `cancel`, `rm`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from tasuki.cli.options import as_json
from tasuki.cli.program import EXIT_FAILED, Command
from tasuki.cli.progress import progress
from tasuki.cli.run import at_desk
from tasuki.cli.steered import Steered
from tasuki.cli.streams import read_input
from tasuki.model.errors import InvalidError
from tasuki.model.state import Verb
from tasuki.wire.ids import LARGEST_ID

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk
    from tasuki.client.acting import Outcome

CHUNK = 500
"""How many jobs are asked for in one call."""

ids_argument = click.argument("ids", metavar="ID...", nargs=-1, required=True)


class Order(NamedTuple):
    """What is done to jobs, and what is said meanwhile. `act` gives what became of each."""

    label: str
    verb: Verb
    act: "Callable[[Sequence[int]], Awaitable[Mapping[int, Outcome]]]"


@click.command("retry", cls=Command)
@ids_argument
@as_json
@at_desk
async def retry(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Run jobs again that have ended. Their attempts start again.

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    order = Order("Retrying", Verb.RETRY, desk.client.retry)
    return await carry_out(order, ids, as_json=as_json)


@click.command("cancel", cls=Command)
@ids_argument
@as_json
@at_desk
async def cancel(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Cancel jobs. One that is active is told to stop.

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    order = Order("Cancelling", Verb.CANCEL, desk.client.cancel)
    return await carry_out(order, ids, as_json=as_json)


@click.command("rm", cls=Command)
@ids_argument
@as_json
@at_desk
async def rm(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Delete jobs that are not active, with their results and logs.

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    order = Order("Removing", Verb.REMOVE, desk.client.remove)
    return await carry_out(order, ids, as_json=as_json)


async def carry_out(order: Order, words: Sequence[str], *, as_json: bool) -> int:
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
