"""Steering jobs: `retry`, `cancel`, `rm`."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from tasuki.cli.options import as_json
from tasuki.cli.output import print_json, remark, say
from tasuki.cli.program import EXIT_FAILED, Command
from tasuki.cli.progress import progress
from tasuki.cli.run import at_desk
from tasuki.model.errors import InvalidError, JobNotFoundError, StateError, TasukiError
from tasuki.model.state import State

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

_ids = click.argument("ids", metavar="ID...", nargs=-1, required=True)


class _Verb(NamedTuple):
    """What is done to a job. `act` gives the state it is in afterwards (None: gone)."""

    label: str
    done: str
    act: Callable[[int], Awaitable[State | None]]


@click.command("retry", cls=Command)
@_ids
@as_json
@at_desk
async def retry(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Run jobs again that have ended. Their attempts start again.

    `-` reads the ids from standard input.
    """
    verb = _Verb("Retrying", "waits to run again", desk.admin.retry)
    return await _do(verb, ids, as_json=as_json)


@click.command("cancel", cls=Command)
@_ids
@as_json
@at_desk
async def cancel(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Cancel jobs. One that is active is told to stop.

    `-` reads the ids from standard input.
    """
    verb = _Verb("Cancelling", "cancelled", desk.admin.cancel)
    return await _do(verb, ids, as_json=as_json)


@click.command("rm", cls=Command)
@_ids
@as_json
@at_desk
async def rm(desk: "Desk", ids: Sequence[str], as_json: bool) -> int:
    """Delete jobs that are not active, with their results and logs.

    `-` reads the ids from standard input.
    """
    verb = _Verb("Removing", "removed", desk.admin.remove)
    return await _do(verb, ids, as_json=as_json)


async def _do(verb: _Verb, words: Sequence[str], *, as_json: bool) -> int:
    ids = _parse(words)
    states: dict[int, State | None] = {}
    refused: dict[int, TasukiError] = {}
    try:
        with progress(verb.label, len(ids)) as advance:
            for id in ids:
                try:
                    states[id] = await verb.act(id)
                except (JobNotFoundError, StateError) as error:
                    refused[id] = error
                advance(1)
    finally:
        # Also when the store fails on the way: what is done is done.
        _report(verb, states, refused, as_json=as_json)
    return EXIT_FAILED if refused else 0


def _report(
    verb: _Verb,
    states: Mapping[int, State | None],
    refused: Mapping[int, TasukiError],
    *,
    as_json: bool,
) -> None:
    if as_json:
        print_json(
            {
                "done": [{"id": id, "state": state} for id, state in states.items()],
                "refused": [
                    {"id": id, "code": error.code, "message": str(error)}
                    for id, error in refused.items()
                ],
            }
        )
        return
    for id, state in states.items():
        say(f"job {id} {_outcome(verb, state)}")
    for error in refused.values():
        remark(f"tasuki: {error}")


def _outcome(verb: _Verb, state: State | None) -> str:
    return "is told to stop" if state is State.ACTIVE else verb.done


def _parse(words: Sequence[str]) -> list[int]:
    """The ids, each once, in the order given.

    Raises:
        InvalidError: naming what is no id.
    """
    if "-" in words:
        words = [*(word for word in words if word != "-"), *sys.stdin.read().split()]
    wrong = [word for word in words if not (word.isascii() and word.isdigit())]
    if wrong:
        raise InvalidError(f"{wrong[0]!r} is no job id: ids are whole numbers from 1 on")
    return list(dict.fromkeys(int(word) for word in words))
