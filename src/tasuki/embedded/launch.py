"""Starts the server on a directory, and sees it through to the moment when it serves."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tasuki.embedded import data, diagnosis
from tasuki.embedded.binary import Binary
from tasuki.embedded.datadir import DataDir
from tasuki.embedded.errors import (
    DataDirError,
    ForeignServerError,
    RewriteFailedError,
    StoreSilentError,
)
from tasuki.embedded.events import Converting, Loading, Rewriting, StoreEvent
from tasuki.embedded.lock import FileLock
from tasuki.embedded.log import rotate
from tasuki.embedded.options import StoreOptions, config_text, conversion_config_text
from tasuki.embedded.probe import ServerState, observe
from tasuki.embedded.process import CLEAN_END, StoreProcess
from tasuki.embedded.resp import NoAnswerError, RefusedError, ask
from tasuki.model.pauses import Pauses

QUICK_LOOK = 0.02
"""Seconds between two looks at a server that has not answered yet."""

SLOW_LOOK = 0.2
"""Seconds between two looks at a server that turns out to be at a long piece of work."""


@dataclass(frozen=True, slots=True)
class StoreLauncher:
    """Everything needed to start a server. `patience`: seconds that it may stay silent."""

    directory: DataDir
    binary: Binary
    options: StoreOptions
    patience: float
    emit: Callable[[StoreEvent], None]

    async def launch(
        self, lock: FileLock, *, again: bool = False
    ) -> tuple[StoreProcess, ServerState]:
        """Start the server and wait until it serves, however long it needs to load its data.

        The caller holds `lock`. With `again` the server comes back as it last ran, whatever the
        options here. When this fails, no server is left running.

        Raises:
            EmbeddedError: the data cannot be used, or the server ended or fell silent.
        """
        await self._refuse_foreign_server()
        try:
            data.check(self.directory, self.binary)
            rotate(self.directory.log)
            if data.is_only_snapshot(self.directory):
                await self._convert_snapshot(lock)
            if not (again and self.directory.config.exists()):
                text = config_text(self.directory, self.options)
                self.directory.write(self.directory.config, text)
            return await self._serve(lock)
        except OSError as error:
            raise DataDirError(
                f"cannot start the store in {self.directory.path}: {error};"
                " make room or mend the permissions there, or choose another --data-dir"
            ) from error

    async def _serve(self, lock: FileLock) -> tuple[StoreProcess, ServerState]:
        socket = self.directory.socket
        async with self._server(lock, self.directory.config, socket) as (process, state):
            if self.binary.loses_after_tear:
                self.emit(Rewriting(str(self.binary)))
                await self._rewrite(process, socket, "BGREWRITEAOF")
            data.note_writer(self.directory, self.binary)
            return process, state

    async def _refuse_foreign_server(self) -> None:
        try:
            state = await observe(self.directory.socket)
        except NoAnswerError:
            return
        raise ForeignServerError(
            f"a server (pid {state.pid}) answers on {self.directory.socket}, but it does not hold"
            f" {self.directory.lock.name}: Tasuki did not start it, or the lock file was deleted;"
            f" stop it with `kill {state.pid}` and start again"
        )

    async def _convert_snapshot(self, lock: FileLock) -> None:
        """Turn a snapshot into an append-only file.

        A server told to keep an append-only file reads only that: beside a lone snapshot it would
        start empty. So one without it reads the snapshot first, under another name so that nobody
        can write, and makes the file. It counts only once it is whole and has its real name.
        """
        self.emit(Converting())
        _clear(self.directory.conversion_dir)
        text = conversion_config_text(self.directory, self.options)
        config, socket = self.directory.conversion_config, self.directory.conversion_socket
        self.directory.write(config, text)
        async with self._server(lock, config, socket) as (process, _):
            await self._rewrite(process, socket, "CONFIG", "SET", "appendonly", "yes")
            if (how := await process.end(self.patience)) != CLEAN_END:
                raise diagnosis.exited(self.binary, self.directory, how, process.log)
        config.unlink()
        _clear(self.directory.append_dir)
        self.directory.conversion_dir.replace(self.directory.append_dir)
        self.directory.sync()

    @asynccontextmanager
    async def _server(
        self, lock: FileLock, config: Path, socket: Path
    ) -> AsyncIterator[tuple[StoreProcess, ServerState]]:
        """A server that serves, and is ended when the block fails."""
        process = StoreProcess.spawn(self.binary, self.directory, config, lock)
        try:
            yield process, await self._until(process, socket, lambda state: not state.loading)
        except BaseException:
            await process.end(self.patience)
            raise

    async def _rewrite(self, process: StoreProcess, socket: Path, *command: str) -> None:
        """Give a command that starts a rewrite of the append-only file, and wait for its end."""
        try:
            await ask(socket, *command, timeout=self.patience)
        except (NoAnswerError, RefusedError) as error:
            failure = f": {error}"
        else:
            state = await self._until(process, socket, lambda state: not state.rewriting)
            if not state.rewrite_failed:
                return
            failure = ""
        raise RewriteFailedError(
            f"the store could not rewrite its append-only file in {self.directory.path}{failure};"
            f" look for the reason (a full disk, most often) at the end of {self.directory.log}:\n"
            f"{process.log.tail()}"
        )

    async def _until(
        self, process: StoreProcess, socket: Path, done: Callable[[ServerState], bool]
    ) -> ServerState:
        """Wait for a state. There is no deadline as long as the server answers."""
        answered, pause = time.monotonic(), QUICK_LOOK
        while True:
            if how := process.how_ended():
                raise diagnosis.exited(self.binary, self.directory, how, process.log)
            try:
                state = await observe(socket)
            except NoAnswerError as reason:
                if time.monotonic() - answered > self.patience:
                    raise StoreSilentError(
                        f"the store (pid {process.pid}) has not answered on {socket} for"
                        f" {self.patience:g} s ({reason}) and was stopped; the end of"
                        f" {self.directory.log}:\n{process.log.tail()}"
                    ) from reason
                await asyncio.sleep(QUICK_LOOK)
                continue
            answered = time.monotonic()
            if done(state):
                return state
            if seen := state.loading:
                self.emit(Loading(seen.loaded, seen.total, seen.eta))
            await asyncio.sleep(pause)
            pause = Pauses(QUICK_LOOK, SLOW_LOOK).after(pause)


def _clear(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)
