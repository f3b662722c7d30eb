"""What people do to jobs and types. Ids are as the store writes them; ages are milliseconds."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from tasuki.store.messages.keep import KeepRules
from tasuki.store.messages.request import Request


class StatesBefore(msgspec.Struct):
    """In which state each of the jobs was, or `missing`."""

    states: list[str]


class ActRequest(Request[StatesBefore], kw_only=True):
    """Something that is done to some jobs; if a `state` is said, to those that are in it."""

    ids: Sequence[str]
    state: str = ""


class CancelRequest(ActRequest, kw_only=True):
    """Cancel jobs. `message` says why."""

    message: str
    keep: KeepRules


class RetryRequest(ActRequest, kw_only=True):
    """Run jobs again."""


class RemoveRequest(ActRequest, kw_only=True):
    """Delete jobs."""


class Promoted(StatesBefore):
    """How many jobs were moved besides."""

    moved: int


class PromoteRequest(Request[Promoted], kw_only=True):
    """Let scheduled jobs run now: those with `ids`, or else at most `limit` that are due."""

    ids: Sequence[str] = ()
    limit: int = 0


class Updated(StatesBefore):
    """In which state each job is `after` it; empty if nothing was to be done to it.

    Those at the positions in `same`, from 1 on, were already as they are to be. The `unknown` ones
    were not changed because the request did not say what their options become: pairs of a position
    and these options.
    """

    after: list[str]
    same: list[int]
    unknown: list[tuple[int, str]]


class UpdateRequest(Request[Updated], kw_only=True):
    """Change what jobs are; if a `state` is said, those that are in it.

    Times are milliseconds, `delay` and `expires` from `since` on or from now, and `expires` is
    False for never.

    `data` are as they stand in a record, with the whole in `large` if they are too large for one.
    `options` are what those in a record become.
    """

    ids: Sequence[str]
    state: str = ""
    since: int | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    delay: int | UnsetType = UNSET
    time: int | UnsetType = UNSET
    expires: int | bool | UnsetType = UNSET
    data: str | UnsetType = UNSET
    large: str | UnsetType = UNSET
    options: dict[str, str] | UnsetType = UNSET


class Switched(msgspec.Struct):
    """Whether that `changed` anything, or how many types there may be if it is one too many."""

    changed: bool
    limit: int = 0


class PauseRequest(Request[Switched], kw_only=True):
    """Pause or resume a type."""

    type: str
    paused: bool
