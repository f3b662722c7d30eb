"""Texts and numbers of derived classes, as the plain values that they stand for.

numpy's numbers, Django's texts and members of enums are taken wherever a text or a number is, and
are kept plain, since what is written later knows nothing of their classes.
"""

import operator
from numbers import Integral, Rational, Real


def plain_text(text: str) -> str:
    """The same text as a plain `str`."""
    return text if text.__class__ is str else str.__str__(text)


def plain_number(value: object) -> int | float | None:
    """The number as a plain `int` or `float`; None for what is no number, such as True.

    >>> plain_number(2.5), plain_number(True), plain_number("3")
    (2.5, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value.__class__ is int else int.__int__(value)
    if isinstance(value, float):
        return value if value.__class__ is float else float.__float__(value)
    if isinstance(value, Integral):
        return operator.index(value)
    if isinstance(value, Real) and not isinstance(value, Rational):
        return float(value)
    return None
