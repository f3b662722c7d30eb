"""From objects that are JSON in substance to the plain values that they stand for."""

import inspect
from typing import Any

from tasuki.model.values.plain import plain_number, plain_text

_NO_KEYS = (bool, bytes, dict, frozenset, list, set, tuple, type(None))
"""What JSON can carry as a value, and therefore comes here only as the key of a mapping."""


def as_plain(value: Any) -> Any:
    """What msgspec can write in place of a value that it does not know.

    That is the text of a text's derived class (Django's `SafeString`, `numpy.str_`), the number of
    a number (`numpy.float64`, `numpy.int64`), the scalar in an array without dimensions, and what a
    pydantic model gives by `model_dump`.

    Raises:
        TypeError: it is nothing that JSON could carry.
    """
    if isinstance(value, _NO_KEYS):
        raise TypeError(f"keys must be text or numbers, not {type(value).__name__}")
    if isinstance(value, str):
        return plain_text(value)
    number = plain_number(value)
    if number is not None:
        return number
    if not inspect.isclass(value):
        if getattr(value, "shape", None) == () and hasattr(value, "item"):
            return value.item()
        if hasattr(value, "model_dump"):
            return value.model_dump(mode="json")
    raise TypeError(f"objects of type {type(value).__name__} are no JSON")
