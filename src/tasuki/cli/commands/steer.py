"""Steering jobs: `retry`, `cancel`, `rm`."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from tasuki.cli.options import as_json
from tasuki.cli.program import EXIT_FAILED, Command
from tasuki.cli.progress import progress
from tasuki.cli.run import at_desk
from tasuki.cli.steered import Steered
from tasuki.cli.streams import read_input
from tasuki.model.errors import InvalidError
from tasuki.model.state import State, Verb
from tasuki.wire.ids import LARGEST_ID

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

CHUNK = 500
"""How many jobs are asked for in one call."""

_ids = click.argument("ids", metavar="ID...", nargs=-1, required=True)


class _Order(NamedTuple):
    """What is done to jobs. `act` gives the states they were in, `after` the one they come to."""

    label: str
    verb: Verb
    act: Callable[[Sequence[int]], Awaitable[list[str]]]
    after: State | None


@click.command("retry", cls=Command)
@_ids
@as_json
@at_desk
async def retry(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Run jobs again that have ended. Their attempts start again.

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    order = _Order("Retrying", Verb.RETRY, desk.admin.retry_many, State.WAITING)
    return await _do(order, ids, as_json=as_json)


@click.command("cancel", cls=Command)
@_ids
@as_json
@at_desk
async def cancel(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Cancel jobs. One that is active is told to stop.

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    order = _Order("Cancelling", Verb.CANCEL, desk.admin.cancel_many, State.CANCELLED)
    return await _do(order, ids, as_json=as_json)


@click.command("rm", cls=Command)
@_ids
@as_json
@at_desk
async def rm(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Delete jobs that are not active, with their results and logs.

    `-` reads the ids from standard input; when they are many, it is told how many went which way.
    """
    order = _Order("Removing", Verb.REMOVE, desk.admin.remove_many, None)
    return await _do(order, ids, as_json=as_json)


async def _do(order: _Order, words: Sequence[str], *, as_json: bool) -> int:
    ids = _parse(words)
    # Who writes the ids out wants to see each of them again; who pipes them in has too many.
    steered = Steered(order.verb, order.after, short="-" in words)
    try:
        with progress(order.label, len(ids)) as advance:
            for start in range(0, len(ids), CHUNK):
                some = ids[start : start + CHUNK]
                steered.add(some, await order.act(some))
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
