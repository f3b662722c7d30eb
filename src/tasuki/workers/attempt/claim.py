"""A job as it was claimed: what the store holds of it, and for which worker."""

import time
from datetime import UTC, datetime, timedelta

from tasuki.wire.ids import decode_id
from tasuki.wire.record import NO_OPTIONS, decode_tries, expires_of, open_record, read_head
from tasuki.workers.attempt.judge import RetryRule
from tasuki.workers.describe import message_of
from tasuki.workers.spec import WorkerSpec

AT_ONCE_SECONDS = 0.005
"""What begins so soon after its claim has not waited."""


class Claim:
    """What is known of a claimed job. `ref` and `stamp` name the claim to the store.

    `started` is the monotonic time of the first step, and that of the claim until then; `waited`
    are the seconds in between. What cannot be read, as `unreadable` says, has no data. The record
    is read no further than somebody asks.
    """

    __slots__ = (
        "_head",
        "begun",
        "crashes",
        "data",
        "number",
        "options",
        "ref",
        "spec",
        "stamp",
        "started",
        "timeout",
        "unreadable",
        "waited",
    )

    def __init__(self, spec: WorkerSpec, ref: str, stamp: str, text: str, tries: str) -> None:
        self.spec = spec
        self.ref = ref
        self.stamp = stamp
        self.number = 1
        self.crashes = 0
        self.started = time.monotonic()
        self.waited = 0.0
        self.begun = False
        self.unreadable = self.data = ""
        self.options = NO_OPTIONS
        try:
            if tries:
                made, self.crashes, _ = decode_tries(tries)
                self.number = made + 1
            self._head, self.options, self.data = open_record(text)
        except Exception as error:  # noqa: BLE001 - it may have been written by anyone
            self.unreadable = message_of(error)
        own = self.options.timeout
        self.timeout: float | None = spec.timeout if own is None else own
        """Seconds that the attempt may take: the job's own, else the worker's."""

    @property
    def type(self) -> str:
        """The job's type."""
        return self.spec.type

    @property
    def tags(self) -> tuple[str, ...]:
        """The job's tags."""
        return self.options.tags

    @property
    def id(self) -> int | str:
        """The job's id as people know it."""
        try:
            return decode_id(self.ref)
        except ValueError:
            return self.ref

    @property
    def token(self) -> str:
        """A name of this very attempt."""
        return f"{self.stamp}-{self.ref}"

    @property
    def expires(self) -> int:
        """When the job expires, in milliseconds since 1970; 0 if it never does."""
        return expires_of(self._head)

    @property
    def priority(self) -> int | float:
        """The job's priority."""
        return read_head(self._head)[2]

    @property
    def started_ms(self) -> str:
        """When it began, by the clock of the store: milliseconds since 1970."""
        claimed = self.stamp[:-3]
        if self.waited < AT_ONCE_SECONDS:
            return claimed
        return str(int(claimed) + int(self.waited * 1_000))

    @property
    def due(self) -> float | None:
        """Monotonic time when it should be over; None if it has not begun, or may take for ever."""
        return self.started + self.timeout if self.begun and self.timeout is not None else None

    @property
    def deadline(self) -> float | None:
        """The same, but what has not begun counts as if it began with its claim."""
        if self.unreadable:
            return self.started
        return None if self.timeout is None else self.started + self.timeout

    @property
    def ends_at(self) -> datetime | None:
        """The time of day by which it must be over; the end of the calendar if it comes first."""
        if self.timeout is None:
            return None
        try:
            left = self.started + self.timeout - time.monotonic()
            return datetime.now(UTC) + timedelta(seconds=left)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    @property
    def rule(self) -> RetryRule:
        """How often and with which backoff the job is tried: the job's own, else the worker's."""
        options, spec = self.options, self.spec
        return RetryRule(options.attempts or spec.attempts, options.backoff or spec.backoff)

    def begin(self) -> None:
        """The first step: all times count from now on."""
        self.count_from_now()
        self.begun = True

    def count_from_now(self) -> None:
        """All that was until now was to wait."""
        now = time.monotonic()
        self.waited += now - self.started
        self.started = now

    def has_expired(self) -> bool:
        """Whether the job has expired between its claim and its first step."""
        if self.waited < AT_ONCE_SECONDS or not (expires := self.expires):
            return False
        return expires <= int(self.started_ms)
