"""How submissions and updates are described: as their structs are, with the limits of the rules."""

from functools import reduce
from operator import or_
from types import NoneType
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from tasuki.model.job import NewJob
from tasuki.model.options import options_of
from tasuki.model.update import Update
from tasuki.store.producer import MOST_JOBS


def described(kind: type[msgspec.Struct]) -> Any:
    """A struct like `kind` that is only described: with limits and help in the place of rules."""
    rules = {option.name: option for option in options_of(kind)}
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        type = field.type
        if option := rules.get(field.name):
            type = _limited(option.rule.described)
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


_JOB = described(NewJob)
SUBMISSION: Any = _JOB | Annotated[list[_JOB], Meta(min_length=1, max_length=MOST_JOBS)]
"""One job, or an array of jobs."""

UPDATE: Any = described(Update)
"""What a job is to become."""
