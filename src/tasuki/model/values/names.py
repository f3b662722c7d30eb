"""What may be called what: types, tags, namespaces, and the names of priorities."""

import re

from tasuki.model.errors import InvalidError
from tasuki.model.values.plain import plain_number, plain_text

DEFAULT_NAMESPACE = "tasuki"
LONGEST_TYPE_BYTES = 200
LONGEST_TAG_BYTES = 200
MOST_TAGS = 50
LARGEST_PRIORITY = 2**53

PRIORITIES = {"critical": -15, "high": -10, "medium": -5, "normal": 0, "low": 10}
"""Names for priorities. The smaller number runs first."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# They would turn around what stands beside the name, on every page and terminal.
_DIRECTIONS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NAMESPACE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def check_type(type: object) -> str:
    """Give a job type as plain text.

    One that is empty, longer than 200 bytes, or has control or direction characters is refused.

    Raises:
        InvalidError: naming the field `type`.
    """
    return check_text("type", type, LONGEST_TYPE_BYTES)


def too_many_types(type: str, most: int, field: str) -> InvalidError:
    """The error for a new type where there are as many as there may be."""
    return InvalidError(
        f"{type!r} is a new one, and there are {most} types already, which is the limit"
        " (types_limit); an id or a date belongs into the data, not into the type",
        field=field,
    )


def check_namespace(namespace: str) -> None:
    """Refuse a namespace with characters other than letters, digits, `_`, `.` and `-`.

    Raises:
        InvalidError: naming the field `namespace`.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise InvalidError("must be 1 to 64 of A-Z a-z 0-9 _ . -", field="namespace")


def priority_number(priority: object, field: str = "priority") -> float:
    """The number of a priority that is given by number or by name.

    >>> priority_number("high"), priority_number(3)
    (-10, 3)

    Raises:
        InvalidError: naming `field`.
    """
    if isinstance(priority, str):
        if priority not in PRIORITIES:
            raise InvalidError(f"must be a number or one of {', '.join(PRIORITIES)}", field=field)
        return PRIORITIES[priority]
    number = plain_number(priority)
    if number is None:
        raise InvalidError("must be a number or a name", field=field)
    if not -LARGEST_PRIORITY <= number <= LARGEST_PRIORITY:
        raise InvalidError("must be a number between -2^53 and 2^53", field=field)
    return number


def check_text(field: str, value: object, longest: int) -> str:
    """Give a name as plain text: not empty, printable, and at most `longest` bytes long.

    Raises:
        InvalidError: naming `field`.
    """
    if not isinstance(value, str):
        raise InvalidError("must be a string", field=field)
    text = value if value.__class__ is str else plain_text(value)
    if not text:
        raise InvalidError("must not be empty", field=field)
    if not text.isprintable():
        if _UNPRINTABLE.search(text):
            raise InvalidError("must not contain control characters", field=field)
        if found := _DIRECTIONS.search(text):
            raise InvalidError(
                f"must not contain U+{ord(found[0]):04X}, which sets the direction of text",
                field=field,
            )
    if len(text) * 4 > longest and len(text.encode()) > longest:
        raise InvalidError(f"must be at most {longest} bytes long", field=field)
    return text
