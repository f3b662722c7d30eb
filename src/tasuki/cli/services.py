"""Services that run together: started in order, stopped in reverse, all or none."""

import asyncio
import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol, runtime_checkable

from tasuki.model.errors import TasukiError

log = logging.getLogger("tasuki.cli")


class Service(Protocol):
    """The lifecycle of everything that runs."""

    async def start(self) -> None:
        """Return when it works, or raise."""
        ...

    async def run(self) -> None:
        """Return when it has ended; raise when it cannot go on."""
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


class Orders:
    """What a person or the system wants by SIGTERM or SIGINT: the end (`stop`), then at once
    (`hurry`). A third signal ends the process on the spot.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take signals as orders for the length of a `with` block."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._heard)
        try:
            yield
        finally:
            self._listen_no_more()

    def _heard(self) -> None:
        if not self.stop.is_set():
            log.info("stopping; a second signal ends running jobs at once")
            self.stop.set()
        else:
            log.info("stopping at once")
            self.hurry.set()
            self._listen_no_more()

    def _listen_no_more(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class Services:
    """Runs its parts until the order to stop, or until one of them ends.

    >>> async with Services(Orders()) as services:
    ...     await services.start(Part("the store", store))
    ...     await services.run()
    """

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._running: list[tuple[Part, asyncio.Task[None]]] = []

    async def start(self, part: Part) -> bool:
        """Start one more part. False when the order to stop came first.

        Raises:
            Exception: what its `start` raised.
        """
        starting = asyncio.create_task(part.service.start())
        await _first(starting, self._orders.stop)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return False
        await starting
        self._running.append((part, asyncio.create_task(part.service.run(), name=part.name)))
        return True

    async def run(self) -> None:
        """Wait for the order to stop.

        Raises:
            TasukiError: a part has ended by itself; the others still run.
        """
        tasks = [task for _, task in self._running]
        await _first(*tasks, self._orders.stop)
        for part, task in self._running:
            if task.done():
                await task
                raise TasukiError(f"{part.name} has ended by itself, so everything was stopped")
        
    async def stop(self) -> None:
        """Stop all parts, the last one first.

        Raises:
            ExceptionGroup: what the parts raised while they stopped.
        """
        errors: list[Exception] = []
        while self._running:
            part, task = self._running.pop()
            try:
                await self._stop(part.service)
            except Exception as error:
                log.error("%s did not stop well: %s", part.name, error)
                errors.append(error)
            await self._end(task)
        if errors:
            raise errors[0]
