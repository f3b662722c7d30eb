"""A job as JSON, the same wherever it is shown."""

from datetime import datetime
from typing import Any, get_args

import msgspec

from tasuki.model.job import Before, JobInfo
from tasuki.model.options import Traits
from tasuki.views.times import Time, rfc3339

ONLY_IN_LISTS = "cut"


def _with_times(kind: type[msgspec.Struct], **types: Any) -> Any:
    """A struct as `kind` in which times are texts, and the traits come last."""
    fields: list[Any] = []
    last = (*Traits.__struct_fields__, ONLY_IN_LISTS)
    for field in sorted(msgspec.structs.fields(kind), key=lambda field: field.name in last):
        type = types.get(field.name, field.type)
        if type is datetime:
            type = Time
        elif datetime in get_args(type):
            type = Any
        if field.name == ONLY_IN_LISTS:
            fields.append((field.name, dict[str, int] | msgspec.UnsetType, msgspec.UNSET))
        else:
            fields.append((field.name, type))
    return msgspec.defstruct(
        f"{kind.__name__.removesuffix('Info')}Json",
        fields,
        frozen=True,
        kw_only=True,
        namespace={"__doc__": kind.__doc__},
    )


BeforeJson: Any = _with_times(Before)
JobJson: Any = _with_times(JobInfo, before=BeforeJson | None)
"""What `msgspec.json.encode` writes for a job: all of a `JobInfo`, with times in RFC 3339."""


def job_json(info: JobInfo) -> Any:
    """The `JobJson` of a job."""
    return _plain(info, JobJson)


def _plain(info: msgspec.Struct, kind: Any) -> Any:
    values = {name: _value(getattr(info, name)) for name in info.__struct_fields__}
    if values.get(ONLY_IN_LISTS, True) is None:
        del values[ONLY_IN_LISTS]
    return kind(**values)


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    return _plain(value, BeforeJson) if isinstance(value, Before) else value
