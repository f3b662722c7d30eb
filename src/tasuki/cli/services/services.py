"""Services that run together: started in order, stopped in reverse, all or none."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any, NamedTuple, Protocol, runtime_checkable

from tasuki.model.errors import TasukiError

log = logging.getLogger("tasuki.cli")

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


class Service(Protocol):
    """The lifecycle of everything that runs."""

    async def start(self) -> None:
        """Return when it works, or raise."""
        ...

    async def run(self) -> None:
        """Watch over it: raise, or return, when it cannot go on. Cancelled before `stop`."""
        ...

    async def stop(self) -> None:
        """End in good order, however long that takes."""
        ...


@runtime_checkable
class Hurried(Protocol):
    """A service that can also end without waiting for what it is doing."""

    async def stop_now(self) -> None:
        """May be called during `stop`."""
        ...


class Part(NamedTuple):
    """A service, and what it is called when it fails."""

    name: str
    service: Service


class Signals:
    """What SIGTERM, SIGINT, SIGQUIT and SIGHUP ask for.

    The first one asks for the end (`stop`), the second one for the end without waiting for running
    jobs (`hurry`). A third one ends the process on the spot.

    A terminal that is closed sends SIGHUP, and so does the shell in it: that one only ever asks
    for the end. Where it is ignored from the start, as below `nohup`, it stays so.

    `hint` is said at the first one, if it is not empty.
    """

    def __init__(self, hint: str = "") -> None:
        self._hint = hint
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to them for the length of a `with` block."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, self._heard, number)
        try:
            yield
        finally:
            _listen_no_more()

    def _heard(self, number: signal.Signals) -> None:
        if not self.stop.is_set():
            log.info("stopping%s", self._hint)
            self.stop.set()
        elif number is not signal.SIGHUP:
            log.info("stopping at once")
            self.hurry.set()
            _listen_no_more()


async def serve(
    parts: Sequence[Part], signals: Signals, when_up: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Run all parts until the order to stop, or until one of them ends.

    `when_up` is called once all have started, and cancelled if it takes longer than they run.

    Raises:
        TasukiError: a part has ended by itself.
        Exception: what a part raised. The others have been stopped, whatever happens.
    """
    running: dict[asyncio.Task[None], Part] = {}
    async with AsyncExitStack() as stack:
        for part in parts:
            if not await _start(part.service, signals):
                return
            task = asyncio.create_task(part.service.run(), name=part.name)
            stack.push_async_callback(_stop, part.service, task, signals)
            running[task] = part
        stack.push_async_callback(_end, asyncio.create_task(when_up()))
        await _until(signals.stop, *running)
        for task, part in running.items():
            if task.done():
                await task
                raise TasukiError(f"{part.name} has ended by itself, so everything was stopped")


def _listen_no_more() -> None:
    for number in _SIGNALS:
        asyncio.get_running_loop().remove_signal_handler(number)


async def _start(service: Service, signals: Signals) -> bool:
    """Start a service; False when the order to stop came first."""
    starting = asyncio.create_task(service.start())
    await _until(signals.stop, starting)
    if starting.done():
        await starting
        return True
    await _end(starting)
    return False


async def _stop(service: Service, watch: asyncio.Task[None], signals: Signals) -> None:
    await _end(watch)
    stopping = asyncio.create_task(service.stop())
    await _until(signals.hurry, stopping)
    if not stopping.done() and isinstance(service, Hurried):
        await service.stop_now()
    await stopping


async def _until(event: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Wait for the event, or for one of the tasks to end."""
    happened = asyncio.create_task(event.wait())
    await asyncio.wait({happened, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    await _end(happened)


async def _end(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
