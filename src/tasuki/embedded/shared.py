"""One server per data directory, whoever starts it.

`store.lock` belongs to the server itself. Whoever gets it starts the server and hands it down; who
does not get it attaches to the server that holds it. So a second server on one directory is
impossible, whoever was killed and when.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tasuki.embedded.binary import Binary, find_binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import StoreNotStoppedError, StoreSilentError
from tasuki.embedded.events import Loading, StoreEvent
from tasuki.embedded.launch import QUICK_LOOK, SLOW_LOOK, StoreLauncher
from tasuki.embedded.lock import FileLock
from tasuki.embedded.log import ServerLog
from tasuki.embedded.options import StoreOptions
from tasuki.embedded.probe import ServerState, observe
from tasuki.embedded.process import CLEAN_END, StoreProcess
from tasuki.embedded.resp import NoAnswerError, RefusedError, ask


@dataclass(frozen=True, slots=True)
class Running:
    """A server in use, as it was when it was reached. `process` is None for another's child."""

    state: ServerState
    process: StoreProcess | None
    home: tuple[int, int] | None
    """The directory that it was reached in; see `DataDir.identity`."""

    @property
    def pid(self) -> int:
        return self.state.pid

    @property
    def owned(self) -> bool:
        return self.process is not None

    def leave(self) -> None:
        """Let the server go on without this process."""
        if self.process is not None:
            self.process.disown()


class SharedServer:
    """Starts, finds and stops the one server of a directory."""

    def __init__(
        self,
        directory: DataDir,
        options: StoreOptions,
        binary: Binary | None,
        patience: float,
        emit: Callable[[StoreEvent], None],
    ) -> None:
        self._directory = directory
        self._options = options
        self._binary = binary
        self._patience = patience
        self._emit = emit

    async def reach(self, *, again: bool = False) -> Running:
        """Start the server, or attach to the one that runs, and wait until it serves.

        With `again` a server that is started runs as the one before it did.

        Raises:
            EmbeddedError: it cannot be started, or the one that runs does not answer.
        """
        answered = time.monotonic()
        while True:
            with FileLock(self._directory.lock) as lock:
                if lock.take():
                    return await self._start(lock, again=again)
            try:
                state = await observe(self._directory.socket)
                if state.loading is None:
                    return Running(state, None, self._directory.identity())
            except NoAnswerError as reason:
                if await self._is_converting():
                    answered = time.monotonic()
                elif time.monotonic() - answered > self._patience:
                    raise self._silent(reason) from reason
                await asyncio.sleep(QUICK_LOOK)
            else:
                answered = time.monotonic()
                self._emit(Loading(state.loading.loaded, state.loading.total, state.loading.eta))
                await asyncio.sleep(SLOW_LOOK)

    async def is_there(self, running: Running) -> bool:
        """Whether this very server still runs. One that runs but is silent still does."""
        if running.process is not None:
            return running.process.how_ended() is None
        if not self._directory.lock.exists():
            return True  # the directory was taken away, which does not end the server
        with FileLock(self._directory.lock) as lock:
            if lock.take():
                return False
        try:
            return (await observe(self._directory.socket)).pid == running.pid
        except NoAnswerError:
            return True

    def last_words(self, running: Running) -> tuple[str, str]:
        """How a server ended, as far as can be known from here, and the end of its log."""
        if running.process is None:
            log = ServerLog(self._directory.log, from_start=True)
            return "child of another process", log.last_words()
        return str(running.process.how_ended()), running.process.log.last_words()

    async def cut_off(self, running: Running) -> None:
        """End a server whose directory is not there any more, whoever started it."""
        if running.process is not None:
            await running.process.end(self._patience)
            return
        if not _works_in(running.pid, running.home):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.kill(running.pid, signal.SIGTERM)

    async def shut_down(self, running: Running) -> None:
        """Stop the server and wait until all data is on disk and its process is gone.

        Raises:
            StoreNotStoppedError: it had to be killed, ended badly, or runs on.
        """
        with FileLock(self._directory.lock) as lock:
            if lock.take():
                running.leave()  # it is gone already
                return
            refusal = await self._tell_to_end()
            process = running.process
            if process is None or process.how_ended() is not None:
                await self._until_gone(lock, running, refusal)
            elif (how := await process.end(self._patience)) != CLEAN_END:
                raise StoreNotStoppedError(
                    f"the store (pid {running.pid}) did not end cleanly within {self._patience:g} s"
                    f" ({how}); what it had acknowledged is as safe as its fsync policy,"
                    f" {running.state.fsync}, makes it; the end of {self._directory.log}:\n"
                    f"{process.log.tail()}"
                )

    async def _start(self, lock: FileLock, *, again: bool) -> Running:
        binary = self._binary or await asyncio.to_thread(find_binary)
        launcher = StoreLauncher(self._directory, binary, self._options, self._patience, self._emit)
        process, state = await launcher.launch(lock, again=again)
        return Running(state, process, self._directory.identity())

    async def _tell_to_end(self) -> str:
        # By a command first: it is obeyed at once, where a signal waits for the server's next tick;
        # and it reaches the right server, where the process id of another's child is only hearsay.
        try:
            with suppress(NoAnswerError):
                await ask(self._directory.socket, "SHUTDOWN", "NOSAVE")
        except RefusedError as refusal:
            return str(refusal)
        return "no answer"

    async def _until_gone(self, lock: FileLock, running: Running, refusal: str) -> None:
        deadline = time.monotonic() + self._patience
        while not lock.take():
            if time.monotonic() > deadline:
                raise StoreNotStoppedError(
                    f"the store (pid {running.pid}) did not end within {self._patience:g} s"
                    f" ({refusal}); see {self._directory.log}, and stop it with"
                    f" `kill {running.pid}`"
                )
            await asyncio.sleep(QUICK_LOOK)

    async def _is_converting(self) -> bool:
        try:
            await observe(self._directory.conversion_socket)
        except NoAnswerError:
            return False
        return True

    def _silent(self, reason: NoAnswerError) -> StoreSilentError:
        return StoreSilentError(
            f"some process holds {self._directory.lock}, but nobody has answered on"
            f" {self._directory.socket} for {self._patience:g} s ({reason}); look at"
            f" {self._directory.log}, and at the process whose id is in"
            f" {self._directory.path / 'store.pid'}: it may be stopped or stuck"
        )


def _works_in(pid: int, home: tuple[int, int] | None) -> bool:
    """Whether this process has that directory as its own, even if it was deleted."""
    try:
        found = Path(f"/proc/{pid}/cwd").stat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == home
