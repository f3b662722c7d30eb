"""What is done from time to time. Ages and lengths are milliseconds."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from tasuki.store.messages.keep import KeepRules
from tasuki.store.messages.request import Request


class Reaped(msgspec.Struct, frozen=True):
    """What a call of `reap` did. `more` says that there is more to take back.

    Of the `requeued` jobs, `suspects` wait for a runner that runs them apart.
    """

    runners: list[str]
    requeued: int
    suspects: int
    failed: int
    cancelled: int
    more: bool


class ReapRequest(Request[Reaped], kw_only=True):
    """Without `dead`, those whose lease ran out. `begun` is False when that is not known."""

    dead: Sequence[str]
    begun: Sequence[str] | Literal[False]
    error: str
    lease: int
    max_crashes: int
    limit: int
    keep: KeepRules


class Ticked(msgspec.Struct, frozen=True, kw_only=True):
    """What a tick did, in numbers of jobs; nothing when it was not `due` yet.

    `more` says that there is more to do, `runners` whose jobs were taken back.
    """

    due: bool
    more: bool = False
    runners: list[str] = []
    requeued: int = 0
    suspects: int = 0
    failed: int = 0
    cancelled: int = 0
    promoted: int = 0
    expired: int = 0
    pruned: int = 0


class TickRequest(Request[Ticked], kw_only=True):
    """A step of everything. `types` is how many types there may be, 0 for as many as before."""

    interval: int
    pause: int
    limit: int
    lease: int
    error: str
    max_crashes: int
    keep: KeepRules
    total: int
    types: int


class Moved(msgspec.Struct):
    """How many jobs were moved."""

    moved: int


class ExpireRequest(Request[Moved], kw_only=True):
    """Cancel what was not run in time."""

    limit: int
    keep: KeepRules


class Pruned(msgspec.Struct):
    """How many jobs were deleted, and whether there is `more` to delete."""

    pruned: int
    more: bool


class PruneRequest(Request[Pruned], kw_only=True):
    """Delete what is past its retention."""

    total: int
    keep: KeepRules
    limit: int
