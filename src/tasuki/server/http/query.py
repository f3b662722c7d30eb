"""From the query of an address to a struct that names all its parameters."""

from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

import msgspec

from tasuki.model.errors import InvalidError
from tasuki.model.state import State
from tasuki.server.http.explain import invalid, invalid_state

MOST_PARAMETERS = 100
MOST_DIGITS = 16

T = TypeVar("T", bound=msgspec.Struct)


def read_query(text: bytes, kind: type[T]) -> T:
    """The parameters as `kind` has them. A field that is a tuple may be given several times.

    Raises:
        InvalidError: naming the parameter that is wrong, unknown, or given twice.
    """
    if not text:
        return kind()
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for name, value in _pairs(text):
        if name in fields and fields[name].default == ():
            values.setdefault(name, []).append(value)
        elif name in values:
            raise InvalidError("must be given once", field=name)
        else:
            values[name] = value
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        if values.get("state", State.WAITING) not in set(State):
            raise invalid_state(values["state"]) from error
        raise invalid(error, fields) from error


def read_id(text: str) -> int:
    """The id of a job in a path.

    Raises:
        InvalidError: naming the field `id`.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise InvalidError("must be a whole number from 1 on", field="id")
    return int(text)


def read_type(text: str) -> str:
    """The type in a path, where it is written with percent signs: `a%2Fb` is `a/b`.

    Raises:
        InvalidError: naming the field `type`.
    """
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidError("must be text in UTF-8", field="type") from None


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise InvalidError("the query must be text in UTF-8, with percent signs") from None
    except ValueError:
        raise InvalidError(f"the query has more than {MOST_PARAMETERS} parameters") from None
