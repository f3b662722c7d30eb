"""What may be changed of a job that is not active and has not ended."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from tasuki.model.errors import InvalidError
from tasuki.model.job import NewJob
from tasuki.model.options import checks_of, options_of

UPDATABLE = ("priority", "delay", "run_at", "data", "expires", "tags")
"""The options of a job that may be changed. All else of them is as `NewJob` declares it."""

_Options: Any = msgspec.defstruct(
    "_Options",
    [
        (option.name, Annotated[option.type | UnsetType, option.rule, option.help], UNSET)
        for option in options_of(NewJob)
        if option.name in UPDATABLE
    ],
    module=__name__,
    frozen=True,
    kw_only=True,
)


class Update(_Options, msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a job is to become; what is not said stays as it is.

        Update(priority="high", expires=None)

    None stands for none: a job without `expires` does not expire, and one without `delay` or
    `run_at` may run at once. `delay` and `expires` are in seconds and count from the update.

    Raises:
        InvalidError: naming the field that is wrong; or there is none at all.
    """

    def __post_init__(self) -> None:
        _check(self)
        given = self.given
        if "run_at" in given and "delay" in given:
            raise InvalidError("cannot be given together with delay", field="run_at")
        if not given:
            raise InvalidError(f"there is nothing to update; give {', '.join(UPDATABLE)}")

    @property
    def given(self) -> dict[str, Any]:
        """What is said, by name."""
        values = {name: getattr(self, name) for name in UPDATABLE}
        return {name: value for name, value in values.items() if value is not UNSET}


_check = checks_of(Update)
