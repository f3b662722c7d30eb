"""From what Kue's clients send to a job of ours. Nothing of it is ever evaluated."""

import math
import re
from typing import Any, cast

from tasuki.model.backoff import LONGEST_LIST, BackoffRule, FixedBackoff
from tasuki.model.errors import InvalidError
from tasuki.model.job import EMPTY_DATA, NewJob
from tasuki.model.options import MOST_ATTEMPTS
from tasuki.model.rules import LONGEST_SECONDS
from tasuki.model.values.names import LARGEST_PRIORITY, PRIORITIES
from tasuki.wire.payload import encode

NO_TYPE = "Must provide job type"
_WHOLE = re.compile(r"\s*([+-]?)0*([0-9]+)")
_MOST_DIGITS = 15
"""More than any number that is allowed has. Python refuses to read thousands of digits."""

_FALSE = ("", "0", "false", "no", "off")


def kue_new_job(item: Any) -> NewJob:
    """The job of one object of a submission. Unknown keys are ignored, as Kue does.

    Raises:
        InvalidError: the type is missing, or a value cannot be used.
    """
    job = _object(item)
    if not job.get("type"):
        raise InvalidError(NO_TYPE)
    data, options = job.get("data"), _object(job.get("options"))
    attempts, delay = _attempts(options.get("attempts")), _seconds(options.get("delay"))
    return NewJob(
        type=_type(job["type"]),
        data=encode(data) if data else EMPTY_DATA,
        priority=_priority(options.get("priority")),
        attempts=attempts,
        delay=delay or None,
        timeout=_seconds(options.get("ttl")) or None,
        backoff=_backoff(options.get("backoff"), delay, attempts),
        keep=0 if _is_true(options.get("removeOnComplete")) else None,
    )


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _type(type: Any) -> str:
    if isinstance(type, (int, float)) and not isinstance(type, bool):
        return bytes(encode(type, "type")).decode()
    if not isinstance(type, str):
        raise InvalidError("must be a string", field="type")
    return type


def _priority(priority: Any) -> float:
    if not priority:
        return 0
    if isinstance(priority, str):
        if priority in PRIORITIES:
            return PRIORITIES[priority]
        priority = _number(priority)
    if isinstance(priority, bool) or not isinstance(priority, (int, float)):
        raise InvalidError("invalid priority")
    if not abs(priority) <= LARGEST_PRIORITY:
        raise InvalidError("must be between -2^53 and 2^53", field="priority")
    return int(priority) if priority == int(priority) else priority


def _attempts(attempts: Any) -> int:
    """JavaScript's parseInt; what is no number, or less than 1, is Kue's default of 1."""
    if isinstance(attempts, (int, float)):
        attempts = 1 if isinstance(attempts, bool) else min(attempts, MOST_ATTEMPTS + 1)
    match = _WHOLE.match(attempts if isinstance(attempts, str) else repr(attempts))
    return max(1, int(match[1] + match[2][:_MOST_DIGITS])) if match else 1


def _seconds(milliseconds: Any) -> float:
    """Seconds from milliseconds, as a number or as text; what is no time above 0 counts as none."""
    number = _number(milliseconds) if isinstance(milliseconds, str) else milliseconds
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not number > 0:
        return 0.0
    # Beyond any span that is allowed, and still a float: it is refused, not taken for none.
    return min(number, LONGEST_SECONDS * 10_000) / 1_000


def _backoff(backoff: Any, delay: float, attempts: int) -> BackoffRule | None:
    """`true` is the job's own delay. The source of a JavaScript function is left alone."""
    if backoff is True or backoff == "true":
        return FixedBackoff(delay)
    rule = _object(backoff)
    own = _seconds(rule.get("delay")) or delay
    match rule.get("type"):
        case "fixed":
            return FixedBackoff(own)
        case "exponential":
            return _exponential(own, _seconds(rule.get("maxDelay")), attempts)
        case _:
            return None


def _exponential(delay: float, most: float, attempts: int) -> BackoffRule:
    """Kue's own row, as a list: half the delay, times 1, 3, 7, 15 ..., cut at `most`."""
    half = delay / 2
    top = min(most - half if most else math.inf, LONGEST_SECONDS)
    row: list[float] = []
    for attempt in range(1, min(attempts, LONGEST_LIST + 1)):
        row.append(max(0.0, round(min(top, half * (2.0**attempt - 1)), 3)))
        if row[-1] >= top:
            break
    return tuple(row) or (0.0,)


def _is_true(value: Any) -> bool:
    return value.lower() not in _FALSE if isinstance(value, str) else bool(value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number
