"""A job as text."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tasuki.cli.terminal.output import Cell, Column
from tasuki.cli.terminal.text import printable_json, styled
from tasuki.cli.terminal.when import local, relative, rough
from tasuki.model.backoff import Delays, backoff_text
from tasuki.model.job import JobInfo
from tasuki.model.options import Traits, options_of
from tasuki.model.rules import Line, Lines, Rule, Seconds
from tasuki.model.state import State
from tasuki.telemetry.terminal import printable

COLOURS = {
    State.ACTIVE: "cyan",
    State.COMPLETED: "green",
    State.FAILED: "red",
    State.SCHEDULED: "yellow",
}

COLUMNS = (
    Column("ID", right=True),
    Column("STATE"),
    Column("TYPE"),
    Column("WHEN"),
    Column("ATTEMPT", right=True),
    Column("NOTE"),
)

_INDENT = "  "


def row(job: JobInfo, now: datetime) -> list[str | Cell]:
    """A job as one row of a table."""
    return [
        str(job.id),
        Cell(job.state, COLOURS.get(job.state)),
        job.type,
        relative(_moment(job), now),
        f"{job.attempts.made}/{job.attempts.max}",
        note(job),
    ]


def note(job: JobInfo) -> str:
    """What there is to say of a job in one line."""
    words: list[str] = []
    if job.reason and not (job.error and job.reason == "error"):
        words.append(job.reason)
    if job.error:
        words.append(error_line(job))
    if job.state is State.ACTIVE and job.progress is not None:
        words.append(f"progress {_compact(job.progress)}")
    if job.tags:
        words.append(" ".join(f"#{tag}" for tag in job.tags))
    return "  ".join(words)


def error_line(job: JobInfo) -> str:
    """The error of a job in one line."""
    if job.error is None:
        return ""
    first = job.error.message.strip().partition("\n")[0]
    return f"{job.error.type}: {first}" if first else job.error.type


def details(job: JobInfo, now: datetime) -> Iterator[str]:
    """Everything about a job, line by line."""
    state = styled(job.state, COLOURS.get(job.state), bold=True)
    reason = f" ({printable(job.reason)})" if job.reason else ""
    yield f"job {job.id}  {styled(printable(job.type), bold=True)}  {state}{reason}"
    for name, text in _facts(job, now):
        yield f"{_INDENT}{name:<9} {printable(text)}"
    yield from _block("data", _pretty(job.data))
    if job.result is not None:
        yield from _block("result", _pretty(job.result))
    if job.error is not None:
        text = (job.error.traceback or error_line(job)).rstrip()
        yield from _block("error", [printable(line) for line in text.splitlines()])


def _facts(job: JobInfo, now: datetime) -> Iterator[tuple[str, str]]:
    yield "created", _time(job.created_at, now)
    if job.run_at:
        yield "runs", _time(job.run_at, now)
    if job.started_at:
        yield "started", _time(job.started_at, now)
    if job.finished_at:
        took = (job.finished_at - (job.started_at or job.finished_at)).total_seconds()
        yield "finished", _time(job.finished_at, now) + (f", took {rough(took)}" if took else "")
    yield "attempts", f"{job.attempts.made} of {job.attempts.max}" + _crashes(job.crashes)
    yield "priority", f"{job.priority:g}"
    if job.expires is not None:
        yield "expires", _time(job.created_at + timedelta(seconds=job.expires), now)
    for option in options_of(Traits):
        value = getattr(job, option.name)
        if value is not None and value != ():
            yield option.name, _option(option.rule, value)
    if job.progress is not None:
        yield "progress", _compact(job.progress)
    if job.runner:
        yield "runner", job.runner


def _option(rule: Rule, value: Any) -> str:
    match rule:
        case Seconds():
            return rough(value)
        case Delays():
            return backoff_text(value)
        case Lines():
            return ", ".join(value)
        case Line():
            return value
        case _:
            return _compact(value)


def _block(title: str, lines: list[str]) -> Iterator[str]:
    yield f"{_INDENT}{title}"
    for line in lines:
        yield f"{_INDENT * 2}{line}"


def _pretty(raw: msgspec.Raw) -> list[str]:
    return printable_json(msgspec.json.format(bytes(raw), indent=2).decode()).splitlines()


def _compact(value: object) -> str:
    return printable_json(msgspec.json.encode(value).decode())


def _time(moment: datetime, now: datetime) -> str:
    return f"{local(moment)}  {relative(moment, now)}"


def _crashes(count: int) -> str:
    return f", {count} crash{'es' if count > 1 else ''}" if count else ""


def _moment(job: JobInfo) -> datetime:
    return job.run_at or job.finished_at or job.started_at or job.created_at
