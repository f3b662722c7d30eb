"""The harness's end of a measured side: its driver process and its workers."""

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks import processes

_CALL_SECONDS = 240.0
"""The longest that a driver may take to answer."""


class SideError(Exception):
    """A side could not do what it was asked to; the message says why."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a side says of itself."""

    versions: Mapping[str, str]
    workers: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Commands that run one worker process, by name of the setting.

    The default comes first, and the fastest that was found last.
    """
    single: str = ""
    """The way to enqueue one job after another."""
    bulk: Sequence[str] = ()
    """Ways to enqueue many jobs; the fastest comes last."""
    server: Sequence[str] = ()
    """Command of an HTTP server, with `{port}` in it."""


class Side:
    """Something that is measured: `name` in the tables, run by a command of its own."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._log = log
        self._buffer = b""

    def __enter__(self) -> Self:
        self._driver = processes.start(self._command, self._environment, self._log, pipes=True)
        try:
            self.hello = Hello(**self.call("hello"))
        except SideError:
            processes.kill(self._driver)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._driver.stdin is not None
        self._driver.stdin.close()
        processes.stop(self._driver)
        if self._driver.stdout is not None:
            self._driver.stdout.close()

    def call(self, operation: str, **arguments: object) -> Any:
        """Asks the driver and returns its answer. Raises SideError, also for none in time."""
        assert self._driver.stdin is not None
        request = json.dumps({"do": operation, **arguments}).encode() + b"\n"
        try:
            self._driver.stdin.write(request)
            self._driver.stdin.flush()
        except BrokenPipeError:
            raise self._failure("its process ended") from None
        answer = json.loads(self._line(time.monotonic() + _CALL_SECONDS))
        if "error" in answer:
            raise SideError(f"{self.name}: {answer['error']}")
        return answer["ok"]

    def worker(self, name: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Runs the worker of that name, from `hello.workers`, for as long as the block lasts."""
        return self._running(self.hello.workers[name])

    def server(self, port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Runs the side's HTTP server for as long as the block lasts."""
        return self._running([part.format(port=port) for part in self.hello.server])

    @contextmanager
    def _running(self, command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        process = processes.start(command, self._environment, self._log)
        try:
            yield process
        finally:
            processes.stop(process)

    def failure_of(self, process: subprocess.Popen[bytes]) -> SideError | None:
        """The error to raise when a worker has ended by itself."""
        if process.poll() is None:
            return None
        return self._failure(f"its worker ended with code {process.returncode}")

    def _line(self, deadline: float) -> bytes:
        assert self._driver.stdout is not None
        descriptor = self._driver.stdout.fileno()
        while b"\n" not in self._buffer:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([descriptor], [], [], wait)[0]:
                raise self._failure("no answer in time")
            chunk = os.read(descriptor, 1 << 16)
            if not chunk:
                raise self._failure("its process ended")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _failure(self, what: str) -> SideError:
        return SideError(f"{self.name}: {what}\n{processes.tail(self._log)}".rstrip())
