"""Flags for the options of a job, from where these are declared."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from tasuki.cli.durations import Span
from tasuki.cli.jobinput import read_backoff, read_priority, read_time
from tasuki.model.backoff import Delays
from tasuki.model.job import NewJob
from tasuki.model.options import Option, options_of
from tasuki.model.rules import Lines, Moment, Priority, Rule, Seconds, Whole

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

ARGUMENTS = frozenset({"type", "data"})
"""What stands on the command line without a flag."""

FLAGS = tuple(option for option in options_of(NewJob) if option.name not in ARGUMENTS)


def job_options(command: Decorated) -> Decorated:
    """A flag for each option of a job. One that takes several values is given several times."""
    for option in reversed(FLAGS):
        command = _flag(option)(command)
    return command


def read_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options as the client takes them.

    Raises:
        InvalidError: naming the option whose text cannot be read.
    """
    flags = ((each, given[each.name]) for each in FLAGS)
    return {each.name: _read(each, value) for each, value in flags if value not in (None, ())}


def _flag(option: Option) -> Callable[[Decorated], Decorated]:
    text = f"{option.help[0].upper()}{option.help[1:]}."
    if isinstance(option.rule, Lines):
        one = option.name.removesuffix("s")
        return click.option(
            f"--{one}", f"-{one[0]}", option.name, multiple=True, metavar=one.upper(), help=text
        )
    name = f"--{option.name.replace('_', '-')}"
    return click.option(name, option.name, help=text, **_kind(option.rule))


def _kind(rule: Rule) -> dict[str, Any]:
    match rule:
        case Seconds():
            return {"type": Span()}
        case Whole():
            return {"type": int, "metavar": "N"}
        case Moment():
            return {"metavar": "WHEN"}
        case Delays():
            return {"metavar": "RULE"}
        case Priority():
            return {"metavar": "P"}
        case _:
            return {"metavar": "TEXT"}


def _read(option: Option, value: Any) -> Any:
    match option.rule:
        case Moment():
            return read_time(value, option.name)
        case Delays():
            return read_backoff(value, option.name)
        case Priority():
            return read_priority(value)
        case _:
            return value
