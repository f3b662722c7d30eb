"""The kinds of values that settings have: how each is read, and written again.

What comes in is text (from a flag or the environment) or a TOML value. A kind gives the value, or
raises `ValueError` with the rest of the sentence "NAME: must be ...".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tasuki.model.errors import InvalidError
from tasuki.model.kinds.units import read_size, read_span, size_text, span_text
from tasuki.model.rules import LONGEST_SECONDS

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


class Kind(Protocol):
    """Reads and writes the values of one setting."""

    def read(self, value: object) -> object:
        """The value, as the program uses it.

        Raises:
            ValueError: "must be ...".
        """
        ...

    def write(self, value: object) -> object:
        """The value, as a person would write it in TOML."""
        ...


@dataclass(frozen=True)
class Text:
    """Text that is not empty. `check` raises InvalidError for text that does not do."""

    check: Callable[[str], object] | None = None

    def read(self, value: object) -> str:
        """See `Kind.read`."""
        if not isinstance(value, str) or not value:
            raise ValueError("must be text, and not empty")
        if self.check is not None:
            try:
                self.check(value)
            except InvalidError as error:
                raise ValueError(error.message) from error
        return value

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return value


@dataclass(frozen=True)
class Texts:
    """Several texts: a TOML array, or text with commas in between."""

    def read(self, value: object) -> tuple[str, ...]:
        """See `Kind.read`."""
        parts = value.split(",") if isinstance(value, str) else value
        if isinstance(parts, (list, tuple)) and all(isinstance(part, str) for part in parts):
            texts = tuple(str(part).strip() for part in parts)
            if all(texts):
                return texts
        raise ValueError('must be a list of texts, such as ["a", "b"] or a,b')

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: object) -> str:
        """See `Kind.read`."""
        if not isinstance(value, str) or value not in self.words:
            raise ValueError(f"must be one of {', '.join(self.words)}")
        return value

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return value


@dataclass(frozen=True)
class Switch:
    """True or false."""

    def read(self, value: object) -> bool:
        """See `Kind.read`."""
        if value is True or (isinstance(value, str) and value.lower() in _TRUE):
            return True
        if value is False or (isinstance(value, str) and value.lower() in _FALSE):
            return False
        raise ValueError("must be true or false")

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return value


@dataclass(frozen=True)
class Number:
    """A whole number within limits."""

    least: int
    most: int

    def read(self, value: object) -> int:
        """See `Kind.read`."""
        number = None if isinstance(value, bool) else value
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,20}", value.strip()):
            number = int(value)
        if isinstance(number, int) and self.least <= number <= self.most:
            return number
        raise ValueError(f"must be a whole number from {self.least} to {self.most}")

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return value


@dataclass(frozen=True)
class Duration:
    """A span of time, in seconds; or with a unit, as in `500ms`, `30s`, `5m`, `1h`, `7d`."""

    least: float = 0
    most: float = LONGEST_SECONDS

    def read(self, value: object) -> float:
        """See `Kind.read`."""
        seconds = read_span(value)
        if seconds is None:
            raise ValueError("must be a number of seconds, or like 30s, 5m, 1h, 7d")
        if not self.least <= seconds <= self.most:
            raise ValueError(
                f"must be from {span_text(self.least)} to {span_text(self.most)}"
                if self.most < LONGEST_SECONDS
                else f"must be at least {span_text(self.least)}"
            )
        return seconds

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return span_text(value) if isinstance(value, (int, float)) else value


@dataclass(frozen=True)
class Size:
    """An amount of memory, in bytes; or with a unit of powers of 1,024, as in `512kb`, `64mb`."""

    least: int = 1
    most: int = 2**63 - 1

    def read(self, value: object) -> int:
        """See `Kind.read`."""
        amount = read_size(value)
        if amount is None:
            raise ValueError("must be a number of bytes, or like 512kb, 64mb, 2gb")
        if not self.least <= amount <= self.most:
            raise ValueError(
                f"must be from {size_text(self.least)} to {size_text(self.most)}"
                if self.most < 2**63 - 1
                else f"must be at least {size_text(self.least)}"
            )
        return amount

    def write(self, value: object) -> object:
        """See `Kind.write`."""
        return size_text(value) if isinstance(value, int) else value
