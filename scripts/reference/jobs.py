"""The page of jobs: tables from the declarations, within text that people write."""

from pathlib import Path

from tasuki.model.backoff import DEFAULT_BACKOFF, Delays, backoff_text
from tasuki.model.job import NewJob
from tasuki.model.kinds.units import size_text, span_text
from tasuki.model.options import DEFAULT_ATTEMPTS, Option, options_of
from tasuki.model.retention import Retention
from tasuki.model.rules import (
    LAST_MOMENT,
    Json,
    Line,
    Lines,
    Moment,
    Priority,
    Rule,
    Seconds,
    Whole,
)
from tasuki.model.settings.limits import DATA_BYTES, MOST_BYTES
from tasuki.model.state import MEANINGS, State
from tasuki.model.values.names import PRIORITIES
from tasuki.model.values.reasons import Reason
from tasuki.store.producer import KEY_SECONDS
from tasuki.wire.payload import DEEPEST
from tasuki.workers.worker import Worker

TEXT = Path(__file__).with_suffix(".md")

LEFT_TO_OTHERS = {
    "attempts": str(DEFAULT_ATTEMPTS),
    "backoff": backoff_text(DEFAULT_BACKOFF),
    "keep": "the retention of the installation",
}
"""What counts for a job that does not say it, and whose worker does not either."""


def page() -> str:
    """The whole page."""
    tables = {"options": _options(), "states": _states(), "reasons": _reasons()}
    text = TEXT.read_text()
    for name, table in tables.items():
        text = text.replace(f"<!-- {name} -->", table)
    return text


def _options() -> str:
    key = (
        "`idempotency_key` (over HTTP the header `Idempotency-Key`)",
        "text",
        (
            f"names a submission: another one with it within {KEY_SECONDS // 3_600} hours makes no"
            " jobs, and gets the ids of the first one. The same key with another body is refused"
        ),
        "none",
    )
    rows = [(f"`{o.name}`", _values(o.rule), o.help, _default(o)) for o in options_of(NewJob)]
    return _table(("option", "values", "meaning", "default"), [*rows, key])


def _values(rule: Rule) -> str:
    match rule:
        case Line():
            return f"text of up to {rule.longest} bytes, no control or direction characters"
        case Lines():
            return f"up to {rule.most} texts of up to {rule.longest} bytes"
        case Json():
            return (
                f"JSON: numbers of up to 64 bits, nested up to {DEEPEST} deep, at most"
                f" {size_text(DATA_BYTES)} of text (the setting `data_limit`, and the argument of"
                f" `connect`; up to {size_text(MOST_BYTES)})"
            )
        case Priority():
            names = ", ".join(f"`{name}` ({number})" for name, number in PRIORITIES.items())
            return f"a number, or {names}"
        case Seconds():
            return "seconds" if rule.zero else "seconds, more than 0"
        case Moment():
            return f"a time with a time zone, at the latest {LAST_MOMENT:%Y-%m-%d}"
        case Whole():
            return f"a whole number from {rule.least} to {rule.most:,}"
        case Delays():
            return "see [below](#backoff)"
        case _:
            raise TypeError(f"there are no words yet for the values of {rule}")


def _default(option: Option) -> str:
    other = LEFT_TO_OTHERS.get(option.name, "none")
    if hasattr(Worker, option.name):
        return f"the worker's, or {other}" if option.default is None else ""
    if isinstance(option.rule, Json):
        return "`{}`"
    return str(option.default) if isinstance(option.default, int) else other


def _states() -> str:
    rows = [(f"`{state}`", MEANINGS[state] + _kept(state)) for state in State]
    return _table(("state", "meaning"), rows)


def _kept(state: State) -> str:
    if not state.finished:
        return ""
    rule = Retention().of(state)
    return f"; kept for {span_text(rule.age)}, and of each type at most {rule.count:,}"


def _reasons() -> str:
    return _table(("reason", "meaning"), [(f"`{word}`", word.means) for word in Reason])


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
