"""Making a job: `enqueue`."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tasuki.cli.declared import flags_for, read_flags
from tasuki.cli.jobinput import read_data
from tasuki.cli.options import as_json
from tasuki.cli.program import EXIT_FAILED, Command
from tasuki.cli.run import at_desk
from tasuki.cli.terminal.durations import Span
from tasuki.cli.terminal.jobview import error_line
from tasuki.cli.terminal.output import print_json, remark, say
from tasuki.model.job import KEY_REFUSED, JobInfo, NewJob
from tasuki.model.options import options_of
from tasuki.model.state import State
from tasuki.telemetry.terminal import printable

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk

FOR_EVER = "-"

ARGUMENTS = frozenset({"type", "data"})
"""What stands on the command line without a flag."""

FLAGS = tuple(option for option in options_of(NewJob) if option.name not in ARGUMENTS)


class WaitingCommand(Command):
    """Lets `--wait` stand alone, before other arguments, or with a number of seconds."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _with_wait_joined(args))


class WaitingTime(Span):
    """A span of time, or `-` for as long as it takes."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        return float("inf") if value == FOR_EVER else super().convert(value, param, ctx)


def _refuse_key(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    del ctx, param
    if value is not None:
        raise click.UsageError(f"--key {KEY_REFUSED}")


@click.command("enqueue", cls=WaitingCommand)
@click.argument("type")
@click.argument("data", required=False, metavar="[DATA]")
@flags_for(FLAGS)
@click.option("--idempotency-key", metavar="KEY", help="A second job with this key is not made.")
@click.option("--key", hidden=True, expose_value=False, callback=_refuse_key)
@click.option(
    "--wait",
    type=WaitingTime(),
    metavar="[TIME]",
    help="Wait until it has ended, and print its result.",
)
@as_json
@at_desk
async def enqueue(
    desk: "Desk",
    type: str,
    data: str | None,
    idempotency_key: str | None,
    wait: float | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Make a job and print its id.

    DATA is JSON text, `@FILE`, or `-` for standard input.

        tasuki enqueue email '{"to": "ada@example.org"}' --delay 5m
        tasuki enqueue resize @photo.json --wait 30s

    With --wait the exit code is 0 when the job is completed, else 1.
    """
    if wait is not None and options["keep"] == 0:
        raise click.UsageError(
            "--keep 0 removes the job as it ends: there is no result to wait for."
        )
    id = await desk.client.enqueue(
        type, read_data(data), idempotency_key=idempotency_key, **read_flags(FLAGS, options)
    )
    if wait is None:
        print_json({"id": id}) if as_json else say(str(id))
        return 0
    await _mention_idle(desk, type)
    job = await desk.client.wait(id, None if wait == float("inf") else wait)
    return _end(job, as_json=as_json)


def _end(job: JobInfo, *, as_json: bool) -> int:
    completed = job.state is State.COMPLETED
    if as_json:
        print_json(job)
    elif completed:
        print_json(job.result)
    if not completed:
        why = error_line(job) or job.reason or ""
        remark(f"tasuki: job {job.id} {job.state}{': ' if why else ''}{printable(why)}")
    return 0 if completed else EXIT_FAILED


async def _mention_idle(desk: "Desk", type: str) -> None:
    runners = await desk.client.runners()
    if not any(type in runner.types for runner in runners):
        remark(f"no runner handles {printable(type)} yet; waiting for one")


def _with_wait_joined(args: Sequence[str]) -> list[str]:
    """`--wait 30` as one argument, and `--wait` alone with what it then means."""
    joined: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            return [*joined, word, *words]
        if joined and joined[-1] == "--wait":
            joined[-1:] = [f"--wait={word}"] if _is_time(word) else [f"--wait={FOR_EVER}", word]
        else:
            joined.append(word)
    if joined and joined[-1] == "--wait":
        joined[-1] = f"--wait={FOR_EVER}"
    return joined


def _is_time(word: str) -> bool:
    return bool(re.fullmatch(r"[0-9.]+(ms|[smhd])?", word))
