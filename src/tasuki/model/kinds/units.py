"""Amounts with units, such as `30s` and `64mb`: reading and writing them."""

import math
import re
from collections.abc import Mapping
from typing import TypeGuard

_NUMBER_AND_UNIT = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]*)\s*")

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
_BYTES = {"gb": 2**30, "mb": 2**20, "kb": 2**10, "b": 1}
_SPELLINGS = {"k": "kb", "m": "mb", "g": "gb", "kib": "kb", "mib": "mb", "gib": "gb"}


def read_span(value: object) -> float | None:
    """The seconds of a number, or of a text such as `500ms`, `30s`, `5m`, `1h`, `7d`.

    >>> read_span("5m"), read_span(2), read_span("a while")
    (300.0, 2, None)
    """
    if isinstance(value, str):
        return _read(value, _SECONDS, "s")
    return value if _is_number(value) else None


def read_size(value: object) -> int | None:
    """The bytes of a number, or of a text such as `512kb`, `64mb`, `2gb`: powers of 1,024.

    >>> read_size("1kb"), read_size("1.5 MiB"), read_size(0.5)
    (1024, 1572864, None)
    """
    amount = _read(value, _BYTES, "b") if isinstance(value, str) else value
    if not _is_number(amount) or amount != int(amount):
        return None
    return int(amount)


def span_text(seconds: float) -> str:
    """A span of time in the largest unit that makes it a whole number.

    >>> span_text(300), span_text(86_400 * 30), span_text(0.5)
    ('5m', '30d', '500ms')
    """
    for unit, factor in _SECONDS.items():
        amount = round(seconds / factor, 9)
        if amount == int(amount) and (amount or unit == "s"):
            return f"{int(amount)}{unit}"
    return f"{seconds!r}s"


def size_text(amount: int) -> str:
    """An amount of memory in the largest unit that makes it a whole number.

    >>> size_text(64 * 2**20), size_text(1000)
    ('64mb', '1000b')
    """
    if amount == 0:
        return "0b"
    unit = next(unit for unit, factor in _BYTES.items() if amount % factor == 0)
    return f"{amount // _BYTES[unit]}{unit}"


def _read(text: str, units: Mapping[str, float], plain: str) -> float | None:
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None:
        return None
    unit = match[2].lower() or plain
    factor = units.get(unit) or units.get(_SPELLINGS.get(unit, ""))
    # 0.07 s written as 70ms must not come back as 0.07000000000000001.
    return None if factor is None else round(float(match[1]) * factor, 9)


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, float):
        return math.isfinite(value)
    # An integer may be too large even for the question whether it is finite.
    return isinstance(value, int) and not isinstance(value, bool)
