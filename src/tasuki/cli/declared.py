"""Flags for what is declared with rules: the options of a job, and what a filter may say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from tasuki.cli.jobinput import read_backoff, read_priority, read_time
from tasuki.cli.terminal.durations import Span
from tasuki.model.backoff import Delays
from tasuki.model.options import Option
from tasuki.model.rules import Lines, Moment, OneOf, Priority, Rule, Seconds, Whole

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def flags_for(options: Sequence[Option]) -> Callable[[Decorated], Decorated]:
    """A flag for each of these. One that takes several values is given several times."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = _flag(option)(command)
        return command

    return decorate


def read_flags(options: Sequence[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given of these, as the rules take it.

    Raises:
        InvalidError: naming the one whose text cannot be read.
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
        case OneOf():
            return {"type": click.Choice([str(word) for word in rule.words])}
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
