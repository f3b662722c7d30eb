"""One attempt: a claimed job, the worker that runs it, and how far it has come."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from tasuki.wire.ids import decode_id
from tasuki.wire.record import Record, decode_record, decode_tries
from tasuki.workers.job import Job, NoteTaker
from tasuki.workers.judge import Limits
from tasuki.workers.spec import WorkerSpec

LONGEST_LINE = 8_192
"""Longer log lines are cut, in characters."""


class Stop(Enum):
    """Why an attempt is made to stop."""

    CANCEL = "cancel"
    TIMEOUT = "timeout"
    RELEASE = "release"
    LOST = "lost"


class Attempt:
    """A claimed job. `key` and `stamp` name the claim to the store.

    It takes the job's progress and log lines until the next exchange takes them from it; `noted` is
    told when there are any.
    """

    __slots__ = (
        "attempt",
        "crashes",
        "handle",
        "job",
        "key",
        "lines",
        "noted",
        "progress",
        "record",
        "settled",
        "slot",
        "spec",
        "stamp",
        "started",
        "stop",
        "timer",
    )

    def __init__(
        self,
        spec: WorkerSpec,
        key: str,
        stamp: str,
        text: str,
        tries: str,
        noted: "Callable[[Attempt], None]",
    ) -> None:
        self.spec = spec
        self.key = key
        self.stamp = stamp
        self.record: Record = decode_record(text)
        made, self.crashes, _ = decode_tries(tries)
        self.attempt = made + 1
        self.started = time.monotonic()
        self.stop: Stop | None = None
        self.settled = False
        self.slot = 0
        self.noted = noted
        self.handle: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.job: Job[Any] | None = None
        self.lines: list[str] = []
        self.progress: str | None = None

    @property
    def timeout(self) -> float | None:
        """Seconds that the attempt may take: the job's own, else the worker's."""
        own = self.record.options.timeout
        return own if own is not None else self.spec.timeout

    @property
    def limits(self) -> Limits:
        """How often and with which backoff the job is tried: the job's own, else the worker's."""
        options = self.record.options
        return Limits(options.attempts or self.spec.attempts, options.backoff or self.spec.backoff)

    def last_chance(self, max_crashes: int) -> bool:
        """Whether the next crash fails the job: no other such job may run beside it."""
        return self.crashes >= 1 and self.crashes >= max_crashes - 1

    def add_line(self, line: str) -> None:
        """Take a log line."""
        self.lines.append(line[:LONGEST_LINE])
        self.noted(self)

    def set_progress(self, progress: str) -> None:
        """Take the progress, as JSON text."""
        self.progress = progress
        self.noted(self)

    def open(self, taker: NoteTaker | None = None) -> Job[Any]:
        """The job as the worker sees it. `taker` stands between them when it runs in a thread."""
        record, timeout = self.record, self.timeout
        self.job = Job(
            id=decode_id(self.key),
            type=record.type,
            text=record.data,
            attempt=self.attempt,
            priority=record.priority,
            tags=record.options.tags,
            deadline=None if timeout is None else datetime.now(UTC) + timedelta(seconds=timeout),
            token=f"{self.stamp}-{self.key}",
            notes=taker or self,
            decoder=self.spec.decoder,
        )
        return self.job
