"""The data of a job, from a Python value to JSON."""

from typing import Any

import msgspec

from tasuki.model.errors import PayloadError
from tasuki.model.job import EMPTY_DATA
from tasuki.wire import payload


def encode_data(data: Any) -> msgspec.Raw:
    """The JSON text of a job's data; None is an empty object.

    Takes what JSON knows, and dataclasses, msgspec Structs, attrs classes, dates, UUIDs, enums and
    decimals; and pydantic models, which give themselves as JSON by `model_dump`. JSON text that is
    ready goes in as `msgspec.Raw`.

    Raises:
        PayloadError: the value cannot be carried as JSON without loss.
    """
    if data is None:
        return EMPTY_DATA
    if isinstance(data, msgspec.Raw):
        payload.check(data)
        return data
    try:
        return payload.encode(data)
    except PayloadError as error:
        if not isinstance(error.__cause__, TypeError):
            raise
        plain = _plain(data, error)
    return payload.encode(plain)


def _plain(data: Any, error: PayloadError) -> Any:
    try:
        return msgspec.to_builtins(data, enc_hook=_dump)
    except TypeError:
        raise error from None
    except RecursionError:
        message = f"is nested deeper than {payload.DEEPEST} levels"
        raise PayloadError(message, field="data") from None


def _dump(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None or isinstance(value, type):
        raise TypeError
    return dump(mode="json")
