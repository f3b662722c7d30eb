r"""Jobs as the store keeps them.

Two verbs of a person change a record after it was written, and nothing else does: `update` writes
anew what it was told, and `retry` sets `expires` to 0.

    created expires priority type \n options \n data

`created` and `expires` are milliseconds since 1970 (0: never expires) and are written by the
enqueue script with the server's clock. `options` is a JSON object of what the producer set, or
nothing. `data` is JSON. Lua reads the first line only.

Data of more than 4,096 bytes stand in a place of their own, so that whoever claims or lists jobs
need not carry them. The record then has, in their place, how large they are and how they begin:

    @SIZE PREVIEW

An end is written when the job has ended:

    state finished runner started made crashes reason \n body

`body` is the result of a completed job, the error of a failed one, and a message or nothing for a
cancelled one. A large result stands apart like large data. Tries are kept from the first failed or
crashed attempt on:

    made crashes losses \n error

`losses` is left out when it is 0: how often its runner vanished, unseen, since the last attempt
that came to an end.
"""

from typing import NamedTuple

import msgspec

from tasuki.model.job import NewJob
from tasuki.model.options import Options, options_given
from tasuki.model.outcome import JobError
from tasuki.model.state import State
from tasuki.model.values.names import priority_number


class Large(NamedTuple):
    """A JSON text that stands in a place of its own: its size in bytes, and how it begins."""

    size: int
    preview: str


class Record(NamedTuple):
    """A decoded record. `data` is still JSON text, and empty if it is `large`."""

    created: int
    expires: int
    priority: int | float
    type: str
    options: Options
    data: str
    large: Large | None = None


class Tries(NamedTuple):
    """Attempts made, crashes, and the last error as JSON text (empty if none)."""

    made: int
    crashes: int
    error: str


class End(NamedTuple):
    """How a job ended. Times are milliseconds since 1970; `started` is 0 if it never was.

    `body` is empty if it is `large`.
    """

    state: State
    finished: int
    runner: str
    started: int
    made: int
    crashes: int
    reason: str
    body: str
    large: Large | None = None


NO_OPTIONS = Options()
NO_TRIES = Tries(0, 0, "")
NOBODY = "-"
"""Stands for the runner of a job that never ran."""
INLINE_BYTES = 4_096
"""Longer data and results stand in a place of their own."""
PREVIEW_CHARACTERS = 200

_LARGE = "@"  # no JSON text begins so

_options = msgspec.json.Decoder(Options)
_raw_options = msgspec.json.Decoder(dict[str, msgspec.Raw])
_errors = msgspec.json.Decoder(JobError)
_encoder = msgspec.json.Encoder()


def encode_tail(job: NewJob) -> tuple[str, str | None]:
    """The part of a record that the producer writes, all but the times; and the data, if large."""
    priority = job.priority if job.priority.__class__ is int else priority_number(job.priority)
    given = options_given(job)
    options = "" if given is None else _encoder.encode(given).decode()
    data, large = set_aside(bytes(job.data).decode())
    return f"{priority} {job.type}\n{options}\n{data}", large


def with_tags(options: str, tags: tuple[str, ...]) -> str:
    """The options of a record with these tags. What only a newer version knows stays as it is.

    >>> with_tags('{"attempts":3}', ("a",))
    '{"attempts":3,"tags":["a"]}'

    Raises:
        ValueError: what is given as options are none.
    """
    known = _raw_options.decode(options) if options else {}
    known.pop("tags", None)
    if tags:
        known["tags"] = msgspec.Raw(_encoder.encode(tags))
    return _encoder.encode(known).decode() if known else ""


def set_aside(text: str) -> tuple[str, str | None]:
    """What stands in a record or an end for a JSON text, and the text itself if it is large.

    >>> set_aside("[1]")
    ('[1]', None)
    """
    # No character takes more than four bytes.
    if len(text) <= INLINE_BYTES // 4:
        return text, None
    size = len(text.encode())
    if size <= INLINE_BYTES:
        return text, None
    return f"{_LARGE}{size} {text[:PREVIEW_CHARACTERS]}", text


def _take_in(text: str) -> tuple[str, Large | None]:
    """The other way round: the text, or what is known of a large one."""
    if not text.startswith(_LARGE):
        return text, None
    size, preview = text[1:].split(" ", 1)
    return "", Large(int(size), preview)


def open_record(text: str) -> tuple[str, Options, str]:
    """The parts of a record: its first line, which `read_head` reads, the options, and the data.

    Raises:
        ValueError: when the text is not a record.
    """
    head, options, data = text.split("\n", 2)
    if not head[:1].isdigit():
        raise ValueError("it does not begin with a time")
    return head, _options.decode(options) if options else NO_OPTIONS, data


def read_head(head: str) -> tuple[int, int, int | float, str]:
    """When the job was created, when it expires, its priority and its type."""
    created, expires, priority, type = head.split(" ", 3)
    return int(created), int(expires), decode_number(priority), type


def expires_of(head: str) -> int:
    """When the job expires, by the first line of its record."""
    return int(head.split(" ", 2)[1])


def size_apart(data: str) -> int | None:
    """How large data are that stand in a place of their own; None for those that do not."""
    return int(data[1:].split(" ", 1)[0]) if data.startswith(_LARGE) else None


def decode_record(text: str) -> Record:
    """Read a record.

    Raises:
        ValueError: when the text is not a record.
    """
    head, options, data = open_record(text)
    return Record(*read_head(head), options, *_take_in(data))


def decode_number(text: str) -> int | float:
    """A number that stays an integer if it is written as one."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def encode_tries(made: int, crashes: int, error: JobError | None = None) -> str:
    """The text of the tries of a job."""
    return f"{made} {crashes}\n{encode_error(error) if error else ''}"


def decode_tries(text: str) -> Tries:
    """Read tries; an empty text is a job that was never tried."""
    if not text:
        return NO_TRIES
    head, error = text.split("\n", 1)
    made, crashes, *_ = head.split(" ")
    return Tries(int(made), int(crashes), error)


def encode_error(error: JobError) -> str:
    """An error as JSON text. Lone surrogates are replaced: a handler may raise anything."""
    try:
        return _encoder.encode(error).decode()
    except UnicodeEncodeError:
        clean = JobError(*(_clean(text) for text in (error.type, error.message, error.traceback)))
        return _encoder.encode(clean).decode()


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def decode_error(text: str) -> JobError | None:
    """Read an error; None for an empty text."""
    return _errors.decode(text) if text else None


def decode_end(text: str) -> End:
    """Read an end.

    Raises:
        ValueError: when the text is not an end.
    """
    head, body = text.split("\n", 1)
    word, finished, runner, started, made, crashes, reason = head.split(" ", 6)
    state = State(word)
    return End(
        state,
        int(finished),
        runner,
        int(started),
        int(made),
        int(crashes),
        reason,
        *(_take_in(body) if state is State.COMPLETED else (body, None)),
    )
