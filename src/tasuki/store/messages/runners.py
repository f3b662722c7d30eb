"""What a runner says and hears besides its exchanges, and who looks at runners. Milliseconds."""

from collections.abc import Sequence

import msgspec

from tasuki.store.messages.keep import KeepRules
from tasuki.store.messages.request import Question, Request


class WorkerOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker sets for all jobs of its type, as the store keeps it: in JSON."""

    attempts: int | None = None
    timeout: float | None = None
    concurrency: int | None = None


class Registered(msgspec.Struct):
    """The store's time."""

    wall: int


class RegisterRequest(Request[Registered], kw_only=True):
    """`fields` is what people see of the runner, in pairs; `types` have their options as JSON."""

    runner: str
    lease: int
    fields: Sequence[str]
    types: Sequence[tuple[str, str]]


class Beaten(msgspec.Struct):
    """The ids of the jobs that are to be stopped."""

    cancels: list[str]


class HeartbeatRequest(Request[Beaten], kw_only=True):
    """`fields` is what people see of the runner, in pairs."""

    runner: str
    lease: int
    fields: Sequence[str]


class GivenBack(msgspec.Struct):
    """How many jobs were given back."""

    released: int


class LeaveRequest(Request[GivenBack], kw_only=True):
    """A runner goes."""

    runner: str
    types: Sequence[str]
    unasked: bool
    error: str
    max_crashes: int
    keep: KeepRules


Held = tuple[str, int, int, list[str]]
"""A runner, how much is left of its lease, how many jobs it holds, and its fields, in pairs."""


class RunnersRequest(Question[list[Held]], kw_only=True):
    """Who holds a lease."""
