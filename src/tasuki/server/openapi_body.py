"""How a submission is described: with the fields of `NewJob`, and the limits of its checks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tasuki.model.backoff import (
    LONGEST_LIST,
    LONGEST_SECONDS,
    ExponentialBackoff,
    FixedBackoff,
)
from tasuki.model.job import MOST_ATTEMPTS, NewJob
from tasuki.model.names import (
    LARGEST_PRIORITY,
    LONGEST_TAG_BYTES,
    LONGEST_TYPE_BYTES,
    MOST_TAGS,
    PRIORITIES,
)
from tasuki.store.producer import MOST_JOBS

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+$"

_Seconds = Annotated[float, Meta(ge=0, le=LONGEST_SECONDS)]
_MoreThan0Seconds = Annotated[float, Meta(gt=0, le=LONGEST_SECONDS)]
_Number = Annotated[float, Meta(ge=-LARGEST_PRIORITY, le=LARGEST_PRIORITY)]
_Name = Annotated[str, Meta(extra_json_schema={"enum": list(PRIORITIES)})]
_Tag = Annotated[str, Meta(min_length=1, max_length=LONGEST_TAG_BYTES, pattern=PRINTABLE)]


def _described(kind: type[msgspec.Struct], types: Mapping[str, Any]) -> type[msgspec.Struct]:
    """A struct that is only described: the fields of `kind`, some of another type."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        type = types.get(field.name, field.type)
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
        forbid_unknown_fields=True,
        namespace={"__doc__": kind.__doc__},
    )


_Fixed: Any = _described(FixedBackoff, {"delay": _Seconds})
_Exponential: Any = _described(ExponentialBackoff, {"base": _Seconds, "cap": _Seconds})
_Time = Annotated[datetime, Meta(tz=True)]
_Attempts = Annotated[int, Meta(ge=1, le=MOST_ATTEMPTS)]
_List = Annotated[tuple[_Seconds, ...], Meta(min_length=1, max_length=LONGEST_LIST)]

_NewJob: Any = _described(
    NewJob,
    {
        "type": Annotated[
            str, Meta(min_length=1, max_length=LONGEST_TYPE_BYTES, pattern=PRINTABLE)
        ],
        "data": Any,
        "priority": _Number | _Name,
        "delay": _Seconds | None,
        "run_at": _Time | None,
        "attempts": _Attempts | None,
        "backoff": _Fixed | _Exponential | _List | None,
        "timeout": _MoreThan0Seconds | None,
        "expires": _Seconds | None,
        "keep": _Seconds | None,
        "tags": Annotated[tuple[_Tag, ...], Meta(max_length=MOST_TAGS)],
    },
)

Submission: Any = _NewJob | Annotated[list[_NewJob], Meta(min_length=1, max_length=MOST_JOBS)]
"""One job, or an array of jobs."""
