"""The page of limits, from the numbers in the code."""

from typing import NamedTuple

from tasuki.cli.settings.settings import Key, keys
from tasuki.client.gathering import GATHERED_BYTES
from tasuki.model.backoff import LONGEST_LIST
from tasuki.model.filter import LONGEST_PATTERN_BYTES
from tasuki.model.options import MOST_ATTEMPTS
from tasuki.model.rules import LONGEST_SECONDS
from tasuki.model.settings.limits import MOST_BYTES as LARGEST
from tasuki.model.values.names import LONGEST_TYPE_BYTES, MOST_TAGS
from tasuki.server.http.protocol import BODY_SECONDS, HEADERS_BYTES, HEADERS_SECONDS
from tasuki.store.acts.bulk import STEP_SECONDS
from tasuki.store.looks.listing import MOST_TYPES
from tasuki.store.producer import KEY_SECONDS, MOST_JOBS
from tasuki.wire.payload import DEEPEST
from tasuki.wire.record import INLINE_BYTES, PREVIEW_CHARACTERS
from tasuki.workers.attempt import notebook, outbox
from tasuki.workers.attempt.attempt import STUBBORN_SECONDS
from tasuki.workers.describe import LONGEST_MESSAGE, LONGEST_TRACEBACK
from tasuki.workers.job import LONGEST_PROGRESS

HEAD = """# Limits

Everything that comes from outside has a bound, in number, bytes or time, and what is refused
names the field and the limit. Made from the code by `make pages`.

## Settings

Each may be given in `tasuki.toml`, in the environment, or as a flag; `tasuki settings` shows
them all.

| setting | default | what it bounds |
|---|---|---|
"""

SETTINGS = (
    "data_limit",
    "types_limit",
    "maxmemory",
    "server.body_limit",
    "server.connections",
    "worker.apart_processes",
    "worker.grace",
    "worker.lease",
    "worker.max_crashes",
    "worker.log_lines",
    "worker.result_limit",
    "retention.completed.age",
    "retention.completed.count",
    "retention.completed.bytes",
    "retention.failed.age",
    "retention.cancelled.age",
    "retention.total",
)


class Limit(NamedTuple):
    """One row: of what, how much, and what happens beyond it."""

    what: str
    limit: str
    beyond: str


def page() -> str:
    """The whole page."""
    known = keys()
    settings = "".join(_setting(known[name]) for name in SETTINGS)
    parts = (("A submission", _submission()), ("A job that runs", _run()), ("Looking", _looks()))
    return HEAD + settings + "".join(_table(title, rows) for title, rows in parts)


def _setting(key: Key) -> str:
    default = "-" if key.default is None else f"`{key.kind.write(key.default)}`"
    return f"| `{key.name}` | {default} | {key.help} |\n"


def _table(title: str, rows: list[Limit]) -> str:
    head = f"\n## {title}\n\n| what | limit | beyond it |\n|---|---|---|\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _submission() -> list[Limit]:
    return [
        Limit("names of types, tags", f"{LONGEST_TYPE_BYTES} bytes each", "refused"),
        Limit("tags of a job", str(MOST_TAGS), "refused"),
        Limit("nesting of data", f"{DEEPEST} levels", "refused"),
        Limit("numbers in data", "64 bits", "refused"),
        Limit("`attempts`", f"{MOST_ATTEMPTS:,}", "refused"),
        Limit("delays of a backoff list", str(LONGEST_LIST), "refused"),
        Limit("any span of time", f"{LONGEST_SECONDS / 86_400 / 365.25:,.0f} years", "refused"),
        Limit("`run_at`", "9999-12-31", "refused"),
        Limit("jobs of one submission", f"{MOST_JOBS:,}, and {_size(LARGEST)} of data", "refused"),
        Limit(
            "data in one call of the store",
            f"{_size(GATHERED_BYTES)}, or one submission",
            "the next call",
        ),
        Limit("an idempotency key", f"{KEY_SECONDS // 3_600} hours", "forgotten"),
        Limit(
            "headers of a request",
            f"{_size(HEADERS_BYTES)}, {HEADERS_SECONDS:g} s",
            "refused, closed",
        ),
        Limit("the next piece of a body", f"{BODY_SECONDS:g} s", "refused, closed"),
    ]


def _run() -> list[Limit]:
    return [
        Limit("a line of the log", f"{notebook.LONGEST_LINE:,} characters", "cut"),
        Limit(
            "log of an attempt that waits to be sent",
            _size(notebook.MOST_BYTES),
            "the oldest lines go, and a line says how many",
        ),
        Limit("progress with its note", f"{LONGEST_PROGRESS:,} bytes", "the note is cut"),
        Limit("message of an error", f"{LONGEST_MESSAGE:,} characters", "cut"),
        Limit("traceback of an error", f"{LONGEST_TRACEBACK:,} bytes", "cut in the middle"),
        Limit(
            "what a runner reports in one call",
            f"{_size(outbox.MOST_BYTES)}, or one job",
            "the next call",
        ),
        Limit("what a runner claims in one call", "about 1.5 MiB of records", "the next call"),
        Limit(
            "data and results kept within a record",
            f"{INLINE_BYTES:,} bytes",
            "they stand apart, and are read when they are needed",
        ),
        Limit(
            "an attempt that was told to stop",
            f"{STUBBORN_SECONDS:g} s",
            "settled without it; it keeps its slot until it ends",
        ),
    ]


def _looks() -> list[Limit]:
    return [
        Limit(
            "data, results in lists",
            f"{PREVIEW_CHARACTERS} characters",
            "cut; `cut` says how large they are",
        ),
        Limit(
            "jobs of one page", "1,000, and 1 MiB for each call of the store", "the cursor goes on"
        ),
        Limit("types of one page", "200", "`after` goes on"),
        Limit("`error` of a filter", f"{LONGEST_PATTERN_BYTES:,} bytes", "refused"),
        Limit("a call that acts on many jobs", f"{STEP_SECONDS:g} s", "the cursor goes on"),
        Limit("types in which such a call looks", f"{MOST_TYPES:,}", "`partial`: name one"),
        Limit(
            "events that are kept", "5 minutes, 50,000 entries, about 32 MiB", "`reset`: look anew"
        ),
        Limit(
            "counters",
            "minutes for 2 h, sums of ten for 48 h, 6,000 fields each",
            "the rest as `(other types)`",
        ),
    ]


def _size(number: int) -> str:
    return f"{number // 2**20} MiB" if number >= 2**20 else f"{number // 1_024} KiB"
