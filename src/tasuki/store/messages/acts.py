"""What people do to jobs and types. Ids are as the store writes them; ages are milliseconds."""

from collections.abc import Sequence

import msgspec

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


class Switched(msgspec.Struct):
    """Whether that `changed` anything, or how many types there may be if it is one too many."""

    changed: bool
    limit: int = 0


class PauseRequest(Request[Switched], kw_only=True):
    """Pause or resume a type."""

    type: str
    paused: bool
