"""Data, results and progress: JSON that crosses without loss, within limits.

Checks are cheap first: one pass over the bytes shows whether anything could be wrong at all, and
only then is the value walked.
"""

import math
import re
from typing import Any

import msgspec

from tasuki.model.errors import PayloadError
from tasuki.wire.plain import as_plain

DEEPEST = 100
"""How deep arrays and objects may be nested."""

_SMALLEST_INT, _LARGEST_INT = -(2**63), 2**64 - 1
_LONG_NUMBER = re.compile(rb"[0-9](?:[0-9]{18}|[eE][+-]?[0-9]{3})")

_FEWEST_DIGITS = 4  # as in 1e400
_NO_DIGITS = bytes(byte for byte in range(256) if not 0x30 <= byte <= 0x39)

# What msgspec knows by itself never comes to the hook, and costs the same as without one.
_encoder = msgspec.json.Encoder(enc_hook=as_plain)
_decoder = msgspec.json.Decoder()


def encode(value: object, field: str = "data") -> msgspec.Raw:
    """The JSON text of a Python value.

    Takes what JSON knows and what is that in substance: derived classes of str, int, float, dict
    and list, numbers of numpy, sets and tuples, dataclasses, msgspec Structs, attrs classes, dates,
    UUIDs, enums and decimals; and pydantic models, which give themselves by `model_dump`. JSON text
    that is ready goes in as `msgspec.Raw`.

    Raises:
        PayloadError: when the value is not JSON (an object, NaN, an integer beyond 64 bits, text
            with a lone surrogate), or is nested deeper than 100.
    """
    if value.__class__ is msgspec.Raw:
        check(value, field)  # pyright: ignore[reportArgumentType] - its class was just looked at
        return value  # pyright: ignore[reportReturnType]
    try:
        text = _encoder.encode(value)
    except RecursionError:
        raise _too_deep(field) from None
    except Exception as error:
        raise PayloadError(f"cannot be written as JSON: {_text(error)}", field=field) from error
    _check_parsed(text, field)
    # NaN and infinity are written as null, so only a text with a null can hide one.
    if b"null" in text:
        builtin = msgspec.to_builtins(value, builtin_types=(float,), enc_hook=as_plain)
        _refuse_nan(builtin, field)
    return msgspec.Raw(text)


def check_bytes(text: msgspec.Raw | bytes, most: int, field: str = "data") -> None:
    """Refuse JSON text that takes more than `most` bytes.

    Raises:
        PayloadError: saying how many it takes, and how many it may.
    """
    size = len(bytes(text))
    if size > most:
        raise too_large(size, most, field)


def too_large(size: int, most: int, field: str = "data") -> PayloadError:
    """The error for JSON that takes `size` bytes, where it may take `most`."""
    return PayloadError(
        f"takes {size} bytes as JSON, and may take at most {most}; keep what is large elsewhere,"
        " and say where it is",
        field=field,
    )


def check(text: msgspec.Raw | bytes, field: str = "data") -> None:
    """Refuse JSON text that could not be carried without loss.

    Raises:
        PayloadError: for malformed JSON, numbers beyond 64 bits, lone surrogates, bytes that are no
            UTF-8, or deep nesting.
    """
    data = bytes(text)
    try:
        value = _decoder.decode(data)
    except RecursionError:
        raise _too_deep(field) from None
    except msgspec.DecodeError as error:
        raise PayloadError(_explain(error), field=field) from error
    except UnicodeDecodeError as error:
        raise PayloadError("is not JSON: it is not UTF-8", field=field) from error
    _check_parsed(data, field, value)


def _check_parsed(text: bytes, field: str, value: object = msgspec.UNSET) -> None:
    deep = len(text) > 2 * DEEPEST and text.count(b"[") + text.count(b"{") > DEEPEST
    if deep or (_has_many_digits(text) and _LONG_NUMBER.search(text)):
        try:
            parsed = _decoder.decode(text) if value is msgspec.UNSET else value
        except RecursionError:
            raise _too_deep(field) from None
        _walk(parsed, field, 0)


def _has_many_digits(text: bytes) -> bool:
    # Most data have few digits, and counting them is cheaper than a search.
    return len(text.translate(None, _NO_DIGITS)) >= _FEWEST_DIGITS


def decode(text: msgspec.Raw | bytes | str) -> Any:
    """The Python value of JSON text that has been checked before."""
    return _decoder.decode(text)


def _walk(value: object, field: str, depth: int) -> None:
    match value:
        case dict():
            _check_depth(depth, field)
            for item in value.values():
                _walk(item, field, depth + 1)
        case list():
            _check_depth(depth, field)
            for item in value:
                _walk(item, field, depth + 1)
        case bool():
            return
        case int():
            if not _SMALLEST_INT <= value <= _LARGEST_INT:
                raise PayloadError("has a whole number beyond 64 bits", field=field)
        case float():
            if not math.isfinite(value):
                raise PayloadError("has a number that is NaN or infinite", field=field)
        case _:
            return


def _refuse_nan(value: object, field: str) -> None:
    match value:
        case float():
            if not math.isfinite(value):
                raise PayloadError("has a number that is NaN or infinite", field=field)
        case dict():
            for item in value.values():
                _refuse_nan(item, field)
        case list() | tuple():
            for item in value:
                _refuse_nan(item, field)
        case _:
            return


def _check_depth(depth: int, field: str) -> None:
    if depth >= DEEPEST:
        raise _too_deep(field)


def _too_deep(field: str) -> PayloadError:
    return PayloadError(f"is nested deeper than {DEEPEST} levels", field=field)


def _explain(error: msgspec.DecodeError) -> str:
    # A lone surrogate shows as a text that ends in the middle of an escape.
    if "truncated" in str(error):
        return "is not JSON: it ends too early, or has half of a surrogate pair"
    return f"is not JSON: {error}"


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a class of the user's may raise anything, in its text too
        return f"{type(error).__name__}, whose text cannot be shown"
