"""Every option of a job, once: its name, type, default, the values it takes, and what it is for.

From here come the checks, the second line of a record, the body of a submission and its
description, the flags of `tasuki enqueue`, what people see of a job, and the table in
`docs/reference/jobs.md`. The name of a field is its name everywhere.
"""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import force_setattr

from tasuki.model.backoff import BackoffRule, Delays
from tasuki.model.rules import Lines, Rule, Seconds, Whole
from tasuki.model.values.names import LONGEST_TAG_BYTES, MOST_TAGS

DEFAULT_ATTEMPTS = 3
MOST_ATTEMPTS = 1_000_000


class Traits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Options that the store need not know, and that people see as they were given."""

    backoff: Annotated[
        BackoffRule | None, Delays(), "how long a failed attempt waits for the next one"
    ] = None
    timeout: Annotated[float | None, Seconds(zero=False), "how long an attempt may take"] = None
    keep: Annotated[
        float | None,
        Seconds(),
        "how long it is kept after it has completed, whatever the retention; 0 removes it at once",
    ] = None
    tags: Annotated[
        tuple[str, ...], Lines(MOST_TAGS, LONGEST_TAG_BYTES), "words to find it by"
    ] = ()


class Options(Traits, frozen=True, kw_only=True, omit_defaults=True):
    """What a runner has to know. What is None is left to the worker."""

    attempts: Annotated[
        int | None, Whole(1, MOST_ATTEMPTS), "how often it is run at most, when it fails"
    ] = None


class Option(NamedTuple):
    """One option: `type` is that of its value, `default` is `msgspec.NODEFAULT` if it needs one."""

    name: str
    type: Any
    rule: Rule
    help: str
    default: Any


@cache
def options_of(kind: type[msgspec.Struct]) -> tuple[Option, ...]:
    """The options that a struct declares, and then those that it inherits.

    >>> [option.name for option in options_of(Traits)]
    ['backoff', 'timeout', 'keep', 'tags']
    """
    hints = get_type_hints(kind, include_extras=True)
    defaults = {field.name: field.default for field in msgspec.structs.fields(kind)}
    found: list[Option] = []
    for name in sorted(defaults, key=lambda name: name not in kind.__annotations__):
        if get_origin(hints[name]) is Annotated:
            type, rule, text = get_args(hints[name])
            found.append(Option(name, type, rule, text, defaults[name]))
    return tuple(found)


def check_option(name: str, value: object) -> Any:
    """Give a value of one of `Options` as a plain one.

    Raises:
        InvalidError: naming the option.
    """
    return next(each.rule for each in options_of(Options) if each.name == name).check(name, value)


def checks_of(kind: type[msgspec.Struct]) -> Callable[[msgspec.Struct], None]:
    """A function that checks the options of a struct, and makes their values plain.

    It raises an InvalidError that names the option which is wrong. The rules are gone through once,
    and what is to be done is written out, as dataclasses do: each submission passes here, and to go
    through a table of rules would cost it twice its time.
    """
    known: dict[str, Any] = {"put": force_setattr}
    lines = ["def check(job):"]
    for option in options_of(kind):
        name = option.name
        if option.rule.checked_elsewhere:
            continue
        known |= {f"default_{name}": option.default, f"check_{name}": option.rule.check}
        empty = ["None"] if NoneType in get_args(option.type) else []
        empty += [] if option.default is None else [f"default_{name}"]
        lines += [
            f" value = job.{name}",
            f" if {' and '.join(f'value is not {each}' for each in empty)}:",
            f"  plain = check_{name}({name!r}, value)",
            f"  if plain is not value: put(job, {name!r}, plain)",
        ]
    exec("\n".join(lines), known)  # noqa: S102 - of names of fields, and nothing else
    return known["check"]


_given = attrgetter(*Options.__struct_fields__)
_DEFAULTS = tuple(field.default for field in msgspec.structs.fields(Options))


def options_given(job: Options) -> Options | None:
    """The options of a job without all else of it; None if it has none."""
    given = _given(job)
    if given == _DEFAULTS:
        return None
    return Options(**dict(zip(Options.__struct_fields__, given, strict=True)))
