"""Exceptions that cross to other processes as they are."""

from collections.abc import Sequence
from typing import Any


class Portable(Exception):
    """An exception that pickle and copy bring back with its text, its attributes and its notes.

    Python would call the class with `args`, which fails where `__init__` asks for something else,
    and an error that cannot be read breaks the whole pool that it should have been told to.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (type(self), self.args), self.__dict__.copy()


def _made(kind: type[Portable], args: Sequence[object]) -> Portable:
    return kind.__new__(kind, *args)
