"""Hosts daemons in tests: an app whose jobs do what their data say, and no process left behind."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from tasuki.model.settings.worker import WorkerSettings
from tasuki.store.store import Store
from tasuki.workers.daemon import Daemon, DaemonOptions
from tasuki.workers.process.protocol import RunnerConfig
from tests.support import eventually

APP = '''
"""The jobs of these tests: each does what its data say."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

from tasuki import Worker


class Act(Worker):
    type = "act"

    async def process(self, job):
        data = job.data
        if "mark" in data:
            with Path(data["mark"]).open("a") as file:
                file.write("started\\n")
        match data["do"]:
            case "hold":
                await asyncio.Event().wait()
            case "rest":
                await asyncio.sleep(data["seconds"])
            case "until":
                while not Path(data["file"]).exists():
                    await asyncio.sleep(0.01)
            case "return":
                return "x" * (data["size"] - 2)
            case "read":
                return sys.stdin.read()
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "terminate":
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.Event().wait()
            case "exit":
                os._exit(data["code"])
            case "exit late":
                # When it has returned, and before anybody is told.
                asyncio.get_running_loop().call_soon(os._exit, 1)
            case "block":
                # A library function that is called in this way keeps the GIL, so no thread can run.
                # A signal would end it early.
                signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
                ctypes.PyDLL(None).usleep(int(data["seconds"] * 1_000_000))
            case "spawn":
                child = subprocess.Popen(["sleep", "60"])
                Path(data["file"]).write_text(str(child.pid))
                await asyncio.Event().wait()


class Solo(Act):
    type = "solo"
    concurrency = 1
'''


class Host:
    """Starts daemons on one store, in one namespace."""

    def __init__(self, store: Store, url: str, namespace: str, directory: Path) -> None:
        self.store = store
        self.app = directory / "jobs.py"
        self.app.write_text(APP)
        self._url = url
        self._namespace = namespace

    def options(
        self,
        *,
        reload: bool = False,
        app: str = "",
        **worker: Any,
    ) -> DaemonOptions:
        return DaemonOptions(
            config=RunnerConfig(
                url=self._url,
                namespace=self._namespace,
                app=app or str(self.app),
                worker=WorkerSettings(**worker),
            ),
            reload=reload,
        )

    @asynccontextmanager
    async def running(self, options: DaemonOptions) -> AsyncIterator[Daemon]:
        """A daemon; afterwards it is stopped, and no process of it may be there any more."""
        before = children_of_this_process()
        daemon = Daemon(options)
        await daemon.start()
        try:
            yield daemon
        finally:
            await daemon.stop_now()
            assert children_of_this_process() <= before

    async def pids(self, number: int = 1) -> dict[str, int]:
        """The process id of each runner by its identity, as soon as there are so many."""

        async def now() -> dict[str, int]:
            runners = await self.store.reader().runners()
            return {runner.id: int(runner.fields["pid"]) for runner in runners}

        async def enough() -> bool:
            return len(await now()) >= number

        await eventually(enough, seconds=10)
        return await now()

    async def is_stopping(self) -> bool:
        """Whether a runner has written down that it ends."""
        runners = await self.store.reader().runners()
        return any("stopping" in runner.fields for runner in runners)


def children_of_this_process() -> set[int]:
    """All but stores, which tests kill and start again."""
    found: set[int] = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "valkey" not in child.name() and "redis" not in child.name():
                found.add(child.pid)
    return found


def is_gone(pid: int) -> bool:
    """Whether the process has ended. One that nobody has waited for counts as ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
