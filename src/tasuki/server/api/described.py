"""How bodies are described: as their structs declare them, with the limits of their rules."""

from functools import cache, reduce
from operator import or_
from types import NoneType
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from tasuki.model.job import NewJob
from tasuki.model.options import options_of
from tasuki.store.producer import MOST_JOBS


@cache
def described(kind: type[msgspec.Struct]) -> Any:
    """A struct like `kind` that is only described: with limits and help in the place of rules.

    There is one of each: it may stand in several places, under one name.
    """
    rules = {option.name: option for option in options_of(kind)}
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        option = rules.get(field.name)
        type = _limited(option.rule.described if option else field.type)
        if option:
            if NoneType in get_args(option.type):
                type = type | None
            type = Annotated[type, Meta(description=option.help)]
        if field.required:
            fields.append((field.name, type))
        else:
            # JSON text cannot be a default in a schema; its value can.
            raw = isinstance(field.default, msgspec.Raw)
            default = msgspec.json.decode(field.default) if raw else field.default
            fields.append((field.name, type, default))
    return msgspec.defstruct(
        kind.__name__,
        fields,
        tag=kind.__struct_config__.tag,
        kw_only=True,
        forbid_unknown_fields=True,
        namespace={"__doc__": kind.__doc__},
    )


def _limited(type: Any) -> Any:
    """The same type, in which structs are described ones."""
    members = get_args(type) if any(map(_is_struct, get_args(type))) else (type,)
    return reduce(or_, (described(each) if _is_struct(each) else each for each in members))


def _is_struct(type: Any) -> bool:
    return isinstance(type, msgspec.StructMeta)


def described_body(kind: type[msgspec.Struct]) -> Any:
    """What a body of this kind may be. In place of one job, there may be an array of jobs."""
    one = described(kind)
    if kind is not NewJob:
        return one
    return one | Annotated[list[one], Meta(min_length=1, max_length=MOST_JOBS)]
