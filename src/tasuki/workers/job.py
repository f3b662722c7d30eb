"""The job as a worker sees it while it runs."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from tasuki.model.errors import PayloadError
from tasuki.wire.payload import decode, encode
from tasuki.wire.text import clean
from tasuki.workers.describe import message_of

T = TypeVar("T")

_UNREAD: Any = object()

LONGEST_PROGRESS = 4_096
"""How long the progress of a job may be as JSON, in bytes."""


class Behind(Protocol):
    """The attempt behind a job: what is known of it, and who takes what it has to say."""

    @property
    def id(self) -> int | str:
        """The job's id."""
        ...

    @property
    def type(self) -> str:
        """Its type."""
        ...

    @property
    def number(self) -> int:
        """Which attempt at it this is."""
        ...

    @property
    def priority(self) -> int | float:
        """Its priority."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        ...

    @property
    def ends_at(self) -> datetime | None:
        """The time of day by which the attempt must be over."""
        ...

    @property
    def token(self) -> str:
        """A name of this very attempt."""
        ...

    def add_line(self, line: str) -> None:
        """Take a log line, in any thread."""
        ...

    def set_progress(self, progress: str) -> None:
        """Take the progress, as JSON text, in place of the one before."""
        ...


class _Pause:
    """Awaiting it lets other jobs run; not awaiting it does no harm, as in a thread."""

    def __await__(self) -> Generator[None, None, None]:
        yield


_PAUSE = _Pause()


class Job(Generic[T]):
    """One job, handed to `Worker.process`.

    `id`, `type`, `priority` and `tags` are those it was submitted with. `attempt` counts from 1.
    `deadline` is when the attempt must be over (None: no timeout). `token` names this very attempt:
    use it to fence writes to a database of your own.

    >>> async def process(self, job: Job[dict]) -> int:
    ...     job.log("resizing %s", job.data["path"])
    ...     await job.progress(1, 3)
    ...     return 3
    """

    __slots__ = ("_attempt", "_data", "_deadline", "_decode", "_text", "cancelled")

    def __init__(
        self, attempt: Behind, text: str, decoder: Callable[[str], T] | None = None
    ) -> None:
        self.cancelled = False
        """Whether this attempt is to stop: its result will not count. For code in threads, which
        cannot be interrupted; async code gets a CancelledError besides."""
        self._attempt = attempt
        self._text = text
        self._decode = decoder
        self._data: Any = _UNREAD
        self._deadline: Any = _UNREAD

    @property
    def id(self) -> int:
        """The job's id."""
        return cast("int", self._attempt.id)

    @property
    def type(self) -> str:
        """The job's type."""
        return self._attempt.type

    @property
    def attempt(self) -> int:
        """Which attempt at the job this is, from 1 on."""
        return self._attempt.number

    @property
    def priority(self) -> int | float:
        """The priority that the job was submitted with, as a number."""
        return self._attempt.priority

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that the job was submitted with."""
        return self._attempt.tags

    @property
    def deadline(self) -> datetime | None:
        """When the attempt must be over; None if it has no timeout."""
        if self._deadline is _UNREAD:
            self._deadline = self._attempt.ends_at
        return cast("datetime | None", self._deadline)

    @property
    def token(self) -> str:
        """A name of this very attempt, and of no other."""
        return self._attempt.token

    @property
    def data(self) -> T:
        """The data, as a plain value or as the type that `process` names in `Job[...]`."""
        if self._data is _UNREAD:
            self._data = self._decode(self._text) if self._decode else decode(self._text)
        return cast("T", self._data)

    def log(self, message: str, *args: object) -> None:
        """Add a line to the job's log; `args` are put in as with `%`. Kept with the job.

        A line can cost the job nothing: `args` that do not fit are left out, what cannot be written
        as UTF-8 is replaced, and what is longer than 8,192 characters is cut.

        >>> job.log("sent %d of %d", 3, 10)
        """
        self._attempt.add_line(_line(message, args))

    def progress(self, done: float, total: float = 100, note: str = "") -> Awaitable[None]:
        """Say how far the job is: `done` of `total`. Awaiting it lets other jobs run.

        A note that is too long is cut, so that all of it has at most 4,096 bytes.

        Raises:
            PayloadError: `done` or `total` is not a finite number.

        >>> await job.progress(1, 3, "second page")
        """
        self._attempt.set_progress(_progress(done, total, clean(str(note))))
        return _PAUSE

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.type!r} attempt {self.attempt}>"


def _line(message: object, args: tuple[object, ...]) -> str:
    try:
        text = str(message)
    except Exception as error:  # noqa: BLE001 - the message is of any type, and says what it likes
        return f"(a line that cannot be shown: {message_of(error)})"
    if args:
        with suppress(Exception):
            text %= args
    return clean(text)


def _progress(done: float, total: float, note: str) -> str:
    state: dict[str, object] = {"done": done, "total": total}
    while True:
        if note:
            state["note"] = note
        text = bytes(encode(state, "progress"))
        if len(text) <= LONGEST_PROGRESS:
            return text.decode()
        if not note:
            limit = f"is longer than {LONGEST_PROGRESS} bytes"
            raise PayloadError(limit, field="progress")
        # Characters may take several bytes each, so it takes a few steps to the longest that fits.
        note = note[: min(LONGEST_PROGRESS, len(note) * 3 // 4)]
        state.pop("note")
