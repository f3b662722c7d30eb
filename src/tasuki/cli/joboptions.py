"""Flags for the options of a job, from where these are declared."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from tasuki.cli.durations import Seconds as Span
from tasuki.cli.jobinput import read_backoff, read_priority, read_time
from tasuki.model.backoff import Delays
from tasuki.model.job import NewJob
from tasuki.model.options import Option, options_of
from tasuki.model.rules import Lines, Moment, Priority, Rule, Seconds, Whole
from tasuki.model.update import UPDATABLE

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

ARGUMENTS = frozenset({"type", "data"})
"""What stands on the command line of `enqueue` without a flag."""

FLAGS = tuple(option for option in options_of(NewJob) if option.name not in ARGUMENTS)
UPDATE_FLAGS = tuple(option for option in FLAGS if option.name in UPDATABLE)


def job_options(*options: Option) -> Callable[[Decorated], Decorated]:
    """A flag for each of these options. One that takes several values is given several times."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = _flag(option)(command)
        return command

    return decorate


def read_options(given: Mapping[str, Any], options: Iterable[Option] = FLAGS) -> dict[str, Any]:
    """The options that were given, as the client takes them.

    Raises:
        InvalidError: naming the option whose text cannot be read.
    """
    flags = ((each, given[each.name]) for each in options)
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
