"""The runner process: `python -m tasuki.workers.main`, started by the supervisor."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

import msgspec

from tasuki.model.errors import AppError, LayoutError, StoreUnavailableError, StoreUnsafeError
from tasuki.store.store import Store
from tasuki.telemetry.logs import configure
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.app import load_app
from tasuki.workers.forks import free_children
from tasuki.workers.places.threads import THREAD_NAME
from tasuki.workers.protocol import (
    EXIT_APP,
    EXIT_OK,
    EXIT_UNSAFE,
    PIPE_VARIABLE,
    Message,
    RunnerConfig,
)
from tasuki.workers.registry import Registry
from tasuki.workers.runner import Runner

log = logging.getLogger("tasuki.runner")

SLACK_SECONDS = 1.0
THREADS_SECONDS = 0.5
"""How long idle threads get to end before the process does."""


class Pipe:
    """Writes messages to the supervisor. A short line is written whole, from any thread."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd

    def send(self, message: Message) -> None:
        """Write a message; a supervisor that is gone is no matter here."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.write(self._fd, msgspec.json.encode(message) + b"\n")


class PipeWatcher:
    """Tells the supervisor how the runner is doing.

    Until when its jobs may be busy is told at each heartbeat, and before jobs begin if it has
    changed since. It is told one second too late, so that a stream of short jobs does not tell it
    more than once a second.
    """

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._identity = ""
        self._told = 0.0

    def registered(self, identity: str) -> None:
        """As `Watcher`."""
        self._identity = identity
        self._pipe.send(Message("identity", identity))

    def beat(self, busy_until: float) -> None:
        """As `Watcher`."""
        self._told = busy_until and busy_until + SLACK_SECONDS
        self._pipe.send(Message("beat", self._identity, self._told))

    def begins(self, busy_until: float) -> None:
        """As `Watcher`."""
        if busy_until > self._told or (not busy_until and self._told):
            self.beat(busy_until)

    def suspects(self, waiting: int) -> None:
        """As `Watcher`."""

    def left(self, released: int) -> None:
        """As `Watcher`."""
        self._pipe.send(Message("left", self._identity))

    def retire(self, reason: str) -> None:
        """As `Watcher`."""

    def blocked(self, key: str) -> None:
        """As `Watcher`."""


async def serve(config: RunnerConfig, registry: Registry, pipe: Pipe, lifeline: int) -> None:
    """Run the workers until a signal, or until the supervisor is gone.

    Raises:
        StoreUnsafeError: the store could lose jobs.
        LayoutError: it was written by another version of Tasuki.
        Exception: what a worker's `setup` raised.
    """
    store = Store(config.url, namespace=config.namespace)
    await _check(store, config)

    runner = Runner(store, registry, config.terms, watcher=PipeWatcher(pipe))
    stopper = _Stopper(runner, config.grace)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopper.stop)
    with _watch(lifeline, stopper.stop):
        try:
            await runner.run()
            await stopper.wait()
        finally:
            await store.close()


class _Stopper:
    """Stops the runner gracefully when asked, and at once when asked again."""

    def __init__(self, runner: Runner, grace: float) -> None:
        self._runner = runner
        self._grace = grace
        self._stopping: asyncio.Task[None] | None = None

    def stop(self) -> None:
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._runner.stop(self._grace))
        else:
            self._runner.stop_now()

    async def wait(self) -> None:
        if self._stopping is not None:
            await self._stopping


@contextlib.contextmanager
def _watch(lifeline: int, gone: Callable[[], None]) -> Iterator[None]:
    """Call `gone` when the lifeline ends, which means that the supervisor is no more."""
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(lifeline, 4_096):
            loop.remove_reader(lifeline)
            gone()

    loop.add_reader(lifeline, readable)
    try:
        yield
    finally:
        loop.remove_reader(lifeline)


async def _check(store: Store, config: RunnerConfig) -> None:
    outage = OutageLog(log)
    while True:
        try:
            await store.check(allow_unsafe=config.allow_unsafe)
        except StoreUnavailableError as error:
            outage.down(error)
            await asyncio.sleep(1)
        else:
            outage.up()
            return


def main() -> int:
    """Read the configuration, load the app, serve, and give the exit code."""
    fd = os.environ.pop(PIPE_VARIABLE, "")
    pipe = Pipe(int(fd) if fd else None)
    config = msgspec.json.decode(_first_line(), type=RunnerConfig)
    lifeline = _take_standard_input()
    configure(config.log_level, config.log_format)
    free_children()
    try:
        registry = load_app(config.app).registry()
        # What is loaded now stays: the garbage collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        _run(serve(config, registry, pipe, lifeline))
    except AppError as error:
        pipe.send(Message("failed", text=str(error)))
        return EXIT_APP
    except (StoreUnsafeError, LayoutError) as error:
        pipe.send(Message("failed", text=str(error)))
        return EXIT_UNSAFE
    return EXIT_OK


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _take_standard_input() -> int:
    """Move standard input out of the way of jobs, and of programs that they start.

    They find an empty one in its place; the lifeline would keep them waiting for ever.
    """
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lifeline


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)


def leave_process(code: int) -> NoReturn:
    """End the process, even if a thread is stuck in a job that was released.

    The interpreter would wait for such a thread, perhaps for ever.
    """
    deadline = time.monotonic() + THREADS_SECONDS
    stuck = [thread for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME)]
    for thread in stuck:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in stuck):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    leave_process(main())
