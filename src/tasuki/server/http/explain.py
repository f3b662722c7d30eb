"""Says what is wrong with a value, in the words of JSON, and names the field."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import msgspec

from tasuki.model.errors import InvalidError, PayloadError
from tasuki.model.state import State
from tasuki.server.http.locate import deepest_field, field_at, lone_surrogate, position_in
from tasuki.server.http.problems import RequestError
from tasuki.wire.payload import DEEPEST

_PATH = re.compile(r" - at `\$(.*)`$")
_EXPECTED = re.compile(r"Expected `(.+?)`(?:, got `(.+)`)?")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_VALUE = re.compile(r"Invalid (?:enum )?value (.*)")

_WORDS = {
    "array": "an array",
    "bool": "true or false",
    "datetime": "a time, such as 2026-01-31T08:00:00Z",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "a string",
}
_FOUND = _WORDS | {"float": "a number with a point"}


def malformed(body: bytes, error: Exception) -> RequestError | PayloadError:
    """The error for a body that no parser takes."""
    match error:
        case RecursionError():
            field = deepest_field(body, DEEPEST)
            return PayloadError(f"is nested deeper than {DEEPEST} levels", field=field)
        case UnicodeDecodeError():
            return RequestError("malformed", "the body is not text in UTF-8")
        case _:
            return _malformed_json(body, str(error))


def _malformed_json(body: bytes, message: str) -> RequestError:
    surrogate = lone_surrogate(body)
    if surrogate is not None:
        field = field_at(body, surrogate)
        return RequestError("malformed", "a string has half of a surrogate pair", field=field)
    position = position_in(message)
    if position is None:
        return RequestError("malformed", "the body is not JSON: it ends too early")
    field = field_at(body, position)
    if body[position : position + 8].lstrip(b"-").startswith((b"NaN", b"Infinity")):
        return RequestError("malformed", "NaN and Infinity are not JSON", field=field)
    reason = message.removeprefix("JSON is malformed: ")
    return RequestError("malformed", f"the body is not JSON: {reason}", field=field)


def invalid(
    error: msgspec.ValidationError, known: Iterable[str], elsewhere: Mapping[str, str] | None = None
) -> InvalidError:
    """The error for a value that does not fit. `known` are the names of all fields.

    `elsewhere` says what to do with names that are no fields, but that people try.
    """
    text = str(error)
    path = _PATH.search(text)
    where = path[1].removeprefix(".") if path else ""
    if isinstance(error.__cause__, InvalidError):
        return _from_model(error.__cause__, where)
    message = text[: path.start()] if path else text
    if match := _UNKNOWN.fullmatch(message):
        told = (elsewhere or {}).get(match[1]) or _unknown(match[1], known)
        return InvalidError(told, field=_join(where, match[1]))
    if match := _MISSING.fullmatch(message):
        return InvalidError("is required", field=_join(where, match[1]))
    return InvalidError(_reason(message), field=where or None)


def _from_model(cause: InvalidError, where: str) -> InvalidError:
    # The model names the whole of its field, in which the path may end; what stands before is news.
    above, _, last = where.rpartition(".")
    within = last and (cause.field or "").startswith(last)
    field = _join(above if within else where, cause.field or "")
    return InvalidError(cause.message, field=field or None)


def _join(where: str, field: str) -> str:
    return f"{where}.{field}" if where and field else where or field


def _unknown(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"is not known; did you mean {close[0]}?" if close else "is not known"


def _reason(message: str) -> str:
    if match := _EXPECTED.fullmatch(message):
        wanted = " or ".join(_WORDS.get(word, word) for word in match[1].split(" | "))
        found = _FOUND.get(match[2], match[2])
        return f"must be {wanted}, not {found}" if found else f"must be {wanted}"
    if match := _VALUE.fullmatch(message):
        return f"must not be {match[1]}"
    if message == "Invalid RFC3339 encoded datetime":
        return f"must be {_WORDS['datetime']}"
    if message == "Number out of range":
        return "must be a number that fits into 64 bits"
    return message


def invalid_state(value: str) -> InvalidError:
    """The error for a state that does not exist."""
    return InvalidError(f"must be one of {', '.join(State)}, not {value!r}", field="state")
