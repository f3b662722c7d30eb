"""The type that a worker reads data into: `Photo`, when `process` says `job: Job[Photo]`.

Annotations that are text are evaluated one by one, and only where there may be a `Job`: what is
imported for type checkers alone is not there when the program runs.
"""

import re
import sys
import typing
from collections.abc import Callable, Mapping
from typing import Any

from tasuki.model.errors import InvalidError
from tasuki.workers.callables import layers
from tasuki.workers.job import Job

_SAYS_NOTHING = re.compile(r"([\w.]+\.)?Job(\[([\w.]+\.)?(Any|[dD]ict(\[[^|]*\])?)\])?")
"""A `Job` with plain data, which needs no reading."""

_KNOWN: dict[str, Any] = {"Job": Job, "Any": Any}


class _Holder:
    """Bears one annotation, for `typing` to evaluate."""

    def __init__(self, annotation: object) -> None:
        self.__annotations__ = {"job": annotation}


def data_type(process: Callable[..., Any]) -> Any:
    """The type named in `Job[...]`; Any for plain values.

    Raises:
        InvalidError: it cannot be found out; the error names the annotation.
    """
    *_, function = layers(process)
    names: dict[str, Any] = getattr(function, "__globals__", {})
    for argument, annotation in _annotations(function).items():
        if argument != "return":
            found = _named_in(annotation, names)
            if found is not None:
                return found
    return Any


def _annotations(function: Any) -> Mapping[str, object]:
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations

        return get_annotations(function, format=Format.FORWARDREF)
    return getattr(function, "__annotations__", {})


def _named_in(annotation: object, names: dict[str, Any]) -> Any:
    """The type in this annotation; None when it is not about a `Job`."""
    text = _text(annotation)
    if text is not None and _SAYS_NOTHING.fullmatch(text):
        return Any
    try:
        # `Job` itself may be imported for type checkers only.
        hints = typing.get_type_hints(_Holder(annotation), names, _KNOWN | names)
    except Exception as error:
        shown = text or repr(annotation)
        if "Job" not in shown or "[" not in shown:
            return None
        raise InvalidError(
            f"its annotation {shown} cannot be read: {error}; what is named in Job[...] must be"
            " there when the program runs, so import it outside of `if TYPE_CHECKING`",
            field="process",
        ) from error
    hint = hints["job"]
    if typing.get_origin(hint) is not Job:
        return None
    (found,) = typing.get_args(hint)
    plain = found is dict or isinstance(found, typing.TypeVar) or typing.get_origin(found) is dict
    return Any if plain else found


def _text(annotation: object) -> str | None:
    if isinstance(annotation, typing.ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else None
