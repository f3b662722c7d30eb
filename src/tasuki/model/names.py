"""What may be called what: types, tags, namespaces, and the names of priorities."""

import math
import re
from collections.abc import Iterable

from tasuki.model.errors import InvalidError

LONGEST_TYPE_BYTES = 200
LONGEST_TAG_BYTES = 200
MOST_TAGS = 50
LARGEST_PRIORITY = 2**53

PRIORITIES = {"critical": -15, "high": -10, "medium": -5, "normal": 0, "low": 10}
"""Names for priorities. The smaller number runs first."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAMESPACE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def check_type(type: object) -> None:
    """Refuse a job type that is empty, longer than 200 bytes, or has control characters.

    Raises:
        InvalidError: naming the field `type`.
    """
    _check_text("type", type, LONGEST_TYPE_BYTES)


def too_many_types(type: str, most: int, field: str) -> InvalidError:
    """The error for a new type where there are as many as there may be."""
    return InvalidError(
        f"{type!r} is a new one, and there are {most} types already, which is the limit"
        " (types_limit); an id or a date belongs into the data, not into the type",
        field=field,
    )


def check_tags(tags: Iterable[object]) -> None:
    """Refuse tags that are empty, too long, too many, or have control characters.

    Raises:
        InvalidError: naming the tag, as in `tags[2]`.
    """
    for position, tag in enumerate(tags):
        if position >= MOST_TAGS:
            raise InvalidError(f"must be at most {MOST_TAGS} tags", field="tags")
        _check_text(f"tags[{position}]", tag, LONGEST_TAG_BYTES)


def check_namespace(namespace: str) -> None:
    """Refuse a namespace with characters other than letters, digits, `_`, `.` and `-`.

    Raises:
        InvalidError: naming the field `namespace`.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise InvalidError("must be 1 to 64 of A-Z a-z 0-9 _ . -", field="namespace")


def priority_number(priority: object) -> float:
    """The number of a priority that is given by number or by name.

    >>> priority_number("high"), priority_number(3)
    (-10, 3)

    Raises:
        InvalidError: naming the field `priority`.
    """
    if isinstance(priority, str):
        if priority not in PRIORITIES:
            raise InvalidError(
                f"must be a number or one of {', '.join(PRIORITIES)}", field="priority"
            )
        return PRIORITIES[priority]
    if isinstance(priority, bool) or not isinstance(priority, (int, float)):
        raise InvalidError("must be a number or a name", field="priority")
    if not math.isfinite(priority) or abs(priority) > LARGEST_PRIORITY:
        raise InvalidError("must be a number between -2^53 and 2^53", field="priority")
    return priority


def _check_text(field: str, value: object, longest: int) -> None:
    if not isinstance(value, str):
        raise InvalidError("must be a string", field=field)
    if not value:
        raise InvalidError("must not be empty", field=field)
    if not value.isprintable() and _UNPRINTABLE.search(value):
        raise InvalidError("must not contain control characters", field=field)
    if len(value) * 4 > longest and len(value.encode()) > longest:
        raise InvalidError(f"must be at most {longest} bytes long", field=field)
