"""The embedded store as a service: start or attach, watch over it, leave or stop it.

Every process between `start()` and `stop()` shares `users.lock`. The last one to leave stops the
server, whether or not it had started it. A client that was only given the URL is no user: it does
not keep the server up.

A user that is killed leaves its locks to the kernel. The server goes on for the others. If there
are none, it goes on without users and loses nothing: the next `start()` attaches to it, and the
`stop()` after that stops it.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote_from_bytes

from tasuki.embedded.binary import Binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import EmbeddedError, StoreNotStartedError, StoreSilentError
from tasuki.embedded.events import (
    Attached,
    Died,
    Left,
    Restarted,
    Started,
    StartFailed,
    Stopped,
    StoreEvent,
    Vanished,
)
from tasuki.embedded.launch import QUICK_LOOK
from tasuki.embedded.lock import FileLock
from tasuki.embedded.options import StoreOptions
from tasuki.embedded.resp import until_closed
from tasuki.embedded.shared import Running, SharedServer
from tasuki.model.pauses import Pauses
from tasuki.model.settings.embedded import FSYNC, Fsync

SETTLING = 0.05
"""Seconds between the end of a connection and a look at whether the server ended too."""

DELAYS = Pauses(0.1, 5.0)
"""Seconds from a death to the first try to start the server again, and between the next ones."""

LOOK_SECONDS = 1.0
"""Seconds between two looks at the files of the server that runs."""

MISSES = 2
"""So many looks in a row must find files missing before they count as gone."""

LEAST_FREE = 0.05
LEAST_FREE_BYTES = 2**30
"""A disk with less than both of this free, as a share and in bytes, is nearly full."""

TELL_SECONDS = 60.0
"""Seconds between two events that say that it cannot be started, once the tries are that rare."""

STEADY = 10.0
"""Seconds that a server must have run for its death to count as a first one."""


class EmbeddedStore:
    """A Valkey of our own in a directory, shared by the processes that use it.

        async with EmbeddedStore(Path(".tasuki")) as store:
            client = await tasuki.connect(store.url)

    `fsync`, `maxmemory` (bytes) and `extra` (lines of server configuration) count for a server that
    is started here; one that already runs keeps its own. `patience` is how many seconds a server
    may be silent before it counts as stuck, and may take to stop before it is killed. There is no
    limit to how long it may load its data. `on_event` is called in the event loop.

    Raises:
        StoreOptionError: an option is out of range.
    """

    def __init__(
        self,
        directory: Path,
        *,
        fsync: Fsync = FSYNC,
        maxmemory: int | None = None,
        extra: Mapping[str, str] | None = None,
        binary: Binary | None = None,
        patience: float = 30.0,
        on_event: Callable[[StoreEvent], None] | None = None,
    ) -> None:
        self._directory = DataDir(directory.absolute())
        self._options = StoreOptions(fsync, maxmemory, extra or {})
        self._patience = patience
        self._emit = _ignore if on_event is None else on_event
        self._server = SharedServer(self._directory, self._options, binary, patience, self._emit)
        self._users: FileLock | None = None
        self._running: Running | None = None
        self._vanished = False

    @property
    def url(self) -> str:
        """Where clients connect, such as `unix:///srv/app/.tasuki/store.sock`."""
        return f"unix://{quote_from_bytes(bytes(self._directory.socket))}"

    @property
    def version(self) -> str:
        """The server's name and version, such as `valkey 9.1.2`."""
        return self._now().state.version

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._now().pid

    @property
    def fsync(self) -> str:
        """The fsync policy that the server really runs with."""
        return self._now().state.fsync

    @property
    def owned(self) -> bool:
        """Whether this process started the server."""
        return self._now().owned

    @property
    def trouble(self) -> tuple[str, str] | None:
        """Why no jobs should be taken although the server may answer: a code and a sentence."""
        if self._vanished or (self._running is not None and self._directory.is_blank):
            return "data_gone", "the data directory of the store was deleted or moved away"
        try:
            disk = shutil.disk_usage(self._directory.path)
        except OSError:
            return None
        if disk.free < LEAST_FREE_BYTES and disk.free < LEAST_FREE * disk.total:
            free = f"{disk.free / 2**20:.0f} MiB"
            return "disk_full", f"the disk of the store is nearly full: {free} are free"
        return None

    async def start(self) -> None:
        """Start the server, or attach to the one that runs, and wait until it serves.

        Raises:
            EmbeddedError: no server can be had; the message says why and what to do.
        """
        if self._users is not None:
            return
        began = time.monotonic()
        self._directory.prepare()
        users = await self._join()
        try:
            running = await self._server.reach()
        except BaseException:
            users.close()
            raise
        self._users, self._running = users, running
        state = running.state
        if running.owned:
            seconds = time.monotonic() - began
            self._emit(Started(state.version, state.pid, state.fsync, seconds))
        else:
            self._emit(Attached(state.version, state.pid, state.fsync, self._options.fsync))

    async def run(self) -> None:
        """Watch over the server until cancelled: when it dies, start it again, with backoff.

        Cancel this before `stop()`.

        Raises:
            StoreNotStartedError: `start()` has not been called.
        """
        delay = DELAYS.first
        while True:
            running = self._now()
            began = time.monotonic()
            await self._until_over(running)
            if self._directory.is_blank:
                await self._until_back()
            else:
                self._emit(Died(running.pid, *self._server.last_words(running)))
            if time.monotonic() - began > STEADY:
                delay = DELAYS.first
            self._running = await self._bring_back(delay)
            delay = DELAYS.after(delay)

    async def stop(self) -> None:
        """Leave the server; the last user stops it and waits until all its data is on disk.

        Raises:
            StoreNotStoppedError: it had to be killed, ended badly, or runs on.
        """
        if self._users is None:
            return
        running = self._now()
        users, self._users, self._running = self._users, None, None
        with users:
            if self._directory.identity() != running.home:
                await self._server.cut_off(running)
                self._emit(Stopped(running.pid))
            elif users.take():
                await self._server.shut_down(running)
                self._emit(Stopped(running.pid))
            else:
                running.leave()
                self._emit(Left(running.pid))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _now(self) -> Running:
        if self._running is None:
            raise StoreNotStartedError(
                f"the store in {self._directory.path} is not in use here; call start() first"
            )
        return self._running

    async def _join(self) -> FileLock:
        """Become a user. Waits while the last user before us is stopping the server."""
        users = FileLock(self._directory.users)
        deadline = time.monotonic() + 2 * self._patience
        try:
            while not users.take(shared=True):
                if time.monotonic() > deadline:
                    raise StoreSilentError(
                        f"another process has been stopping the store in {self._directory.path} for"
                        f" {2 * self._patience:g} s; find out what keeps it"
                    )
                await asyncio.sleep(QUICK_LOOK)
        except BaseException:
            users.close()
            raise
        return users

    async def _until_over(self, running: Running) -> None:
        """Wait until the server has ended. One whose files are gone is ended."""
        closed = asyncio.create_task(until_closed(self._directory.socket))
        misses = 0
        try:
            while misses < MISSES:
                await asyncio.wait({closed}, timeout=LOOK_SECONDS)
                if closed.done():
                    # A connection can be refused or cut without a death, which takes a moment.
                    await asyncio.sleep(SETTLING)
                    if not await self._server.is_there(running):
                        return
                    closed = asyncio.create_task(until_closed(self._directory.socket))
                if self._directory.identity() == running.home:
                    misses = 0
                else:
                    misses += 1
                    await asyncio.sleep(LOOK_SECONDS)
        finally:
            closed.cancel()
            await asyncio.gather(closed, return_exceptions=True)
        await self._server.cut_off(running)

    async def _until_back(self) -> None:
        """Wait for the data, which was taken away. A server that starts now would start empty."""
        self._vanished = True
        self._emit(Vanished(str(self._directory.path)))
        while self._directory.is_blank:  # noqa: ASYNC110 - a directory tells nobody
            await asyncio.sleep(LOOK_SECONDS)
        # The locks of the users were in the directory, too.
        users, self._users = self._users, await self._join()
        if users is not None:
            users.close()
        self._vanished = False

    async def _bring_back(self, delay: float) -> Running:
        down_since = time.monotonic()
        told = -TELL_SECONDS
        while True:
            await asyncio.sleep(delay)
            try:
                running = await self._server.reach(again=True)
            except EmbeddedError as error:
                delay = DELAYS.after(delay)
                if delay < DELAYS.last or time.monotonic() - told >= TELL_SECONDS:
                    told = time.monotonic()
                    self._emit(StartFailed(str(error), delay))
            else:
                seconds = time.monotonic() - down_since
                self._emit(Restarted(running.pid, seconds, running.owned))
                return running


def _ignore(_: StoreEvent) -> None:
    pass
