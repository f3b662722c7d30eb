"""What the values of options may be: each rule checks one, and describes what it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Protocol, cast

from msgspec import Meta

from tasuki.model.errors import InvalidError
from tasuki.model.values.names import LARGEST_PRIORITY, PRIORITIES, check_text, priority_number
from tasuki.model.values.plain import plain_number, plain_text

LONGEST_SECONDS = 7_900 * 365.25 * 86_400
"""The longest time span that any option may name, in seconds: 7,900 years.

Counted from now, it ends before the year 9999, the last one that a time can be in.
"""

LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)
"""The last time at which a job may be told to run. Every time zone can show it."""

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+$"
"""A pattern for text that `check_text` takes."""


def check_seconds(field: str, value: object) -> float:
    """Give `value` as a plain number, if it is a number of seconds from 0 to 7,900 years.

    Raises:
        InvalidError: naming `field`.
    """
    seconds = plain_number(value)
    if seconds is None:
        raise InvalidError("must be a number of seconds", field=field)
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise InvalidError(f"must be between 0 and {LONGEST_SECONDS:.0f} seconds", field=field)
    return seconds


class Rule(Protocol):
    """What values an option takes."""

    checked_elsewhere: ClassVar[bool] = False
    """Whether values are checked where they are read or made, and need not be again."""

    def check(self, field: str, value: object) -> object:
        """The value as a plain one of JSON, a time or a backoff.

        Raises:
            InvalidError: naming `field`.
        """
        ...

    @property
    def described(self) -> Any:
        """The type of the value with its limits, as schemas show it."""
        ...


@dataclass(frozen=True)
class Whole(Rule):
    """A whole number within limits."""

    least: int
    most: int

    def check(self, field: str, value: object) -> int:
        """The value as a plain one; see `Rule.check`."""
        number = plain_number(value)
        if not isinstance(number, int):
            raise InvalidError("must be a whole number", field=field)
        if not self.least <= number <= self.most:
            raise InvalidError(f"must be between {self.least} and {self.most}", field=field)
        return number

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        return Annotated[int, Meta(ge=self.least, le=self.most)]


@dataclass(frozen=True)
class Seconds(Rule):
    """A span of time, of up to 7,900 years."""

    zero: bool = True
    """Whether it may be 0."""

    def check(self, field: str, value: object) -> float:
        """The value as a plain one; see `Rule.check`."""
        seconds = check_seconds(field, value)
        if seconds == 0 and not self.zero:
            raise InvalidError("must be more than 0 seconds", field=field)
        return seconds

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        least = Meta(ge=0, le=LONGEST_SECONDS) if self.zero else Meta(gt=0, le=LONGEST_SECONDS)
        return Annotated[float, least]


@dataclass(frozen=True)
class Moment(Rule):
    """A time with a time zone, until the last day of the year 9999: later ones cannot be shown."""

    def check(self, field: str, value: object) -> datetime:
        """The value as a plain one; see `Rule.check`."""
        if not isinstance(value, datetime):
            raise InvalidError("must be a time", field=field)
        if value.utcoffset() is None:
            message = "must have a time zone, as datetime.now(UTC) has, such as Z for UTC"
            raise InvalidError(message, field=field)
        if value > LAST_MOMENT:
            raise InvalidError(f"must not be after {LAST_MOMENT:%Y-%m-%d}", field=field)
        return value

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        return Annotated[datetime, Meta(tz=True)]


@dataclass(frozen=True)
class Line(Rule):
    """Text of up to so many bytes, without control and direction characters."""

    longest: int

    def check(self, field: str, value: object) -> str:
        """The value as a plain one; see `Rule.check`."""
        return check_text(field, value, self.longest)

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        return Annotated[str, Meta(min_length=1, max_length=self.longest, pattern=PRINTABLE)]


@dataclass(frozen=True)
class Lines(Rule):
    """A list of texts, each as by `Line`."""

    most: int
    longest: int

    def check(self, field: str, value: object) -> tuple[str, ...]:
        """The value as a plain one; see `Rule.check`."""
        if not isinstance(value, (tuple, list)):
            raise InvalidError("must be a list of strings", field=field)
        checked: list[str] = []
        for position, text in enumerate(cast("Sequence[object]", value)):
            if position >= self.most:
                raise InvalidError(f"must be at most {self.most} {field}", field=field)
            checked.append(check_text(f"{field}[{position}]", text, self.longest))
        return tuple(checked)

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        return Annotated[tuple[Line(self.longest).described, ...], Meta(max_length=self.most)]


@dataclass(frozen=True)
class OneOf(Rule):
    """One of a few words."""

    words: tuple[StrEnum, ...]

    def check(self, field: str, value: object) -> StrEnum:
        """The value as the word that it is; see `Rule.check`."""
        for word in self.words:
            if word == value:
                return word
        raise InvalidError(f"must be one of {', '.join(self.words)}, not {value!r}", field=field)

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        return Annotated[str, Meta(extra_json_schema={"enum": list(self.words)})]


@dataclass(frozen=True)
class Priority(Rule):
    """A number, or the name of one."""

    def check(self, field: str, value: object) -> int | float | str:
        """The value as a plain one; see `Rule.check`."""
        number = priority_number(value, field)
        return plain_text(value) if isinstance(value, str) else number

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        number = Meta(ge=-LARGEST_PRIORITY, le=LARGEST_PRIORITY)
        name = Meta(extra_json_schema={"enum": list(PRIORITIES)})
        return Annotated[float, number] | Annotated[str, name]


@dataclass(frozen=True)
class Json(Rule):
    """Any JSON. It is checked where its text is made or read, by `tasuki.wire.payload`."""

    checked_elsewhere = True

    def check(self, field: str, value: object) -> object:
        """The value as a plain one; see `Rule.check`."""
        return value

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        return Any
