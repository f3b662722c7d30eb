"""How a struct declares settings.

A field with a kind and a text is a setting. One that is a `Section` holds a struct with more of
them. Any other field is no setting: the program itself fills it in.
"""

from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from tasuki.model.errors import SettingsError
from tasuki.model.kinds.kinds import Kind

S = TypeVar("S", bound=msgspec.Struct)

_SECTION = "section"
Section = Annotated[S, _SECTION]


class Setting(NamedTuple):
    """One setting of a struct."""

    name: str
    kind: Kind
    help: str


def settings_of(struct: type[msgspec.Struct]) -> dict[str, Setting | None]:
    """What a struct declares, and then what it inherits, by name: None for a section.

    >>> from tasuki.model.retention import Retention
    >>> settings_of(Retention)["total"].kind, settings_of(Retention)["failed"]
    (Number(least=0, most=2147483647), None)
    """
    hints = get_type_hints(struct, include_extras=True)
    found: dict[str, Setting | None] = {}
    for name in sorted(
        struct.__struct_fields__, key=lambda name: name not in struct.__annotations__
    ):
        if get_origin(hints[name]) is Annotated:
            found[name] = _setting(name, *get_args(hints[name])[1:])
    return found


def _setting(name: str, *declared: Any) -> Setting | None:
    return None if declared == (_SECTION,) else Setting(name, *declared)


def check_settings(struct: msgspec.Struct) -> None:
    """Refuse a value that its kind does not take. None stands for what is not set.

    Raises:
        SettingsError: naming the setting.
    """
    for setting in settings_of(type(struct)).values():
        if setting and (value := getattr(struct, setting.name)) is not None:
            try:
                setting.kind.read(value)
            except ValueError as error:
                raise SettingsError(str(error), field=setting.name) from error
