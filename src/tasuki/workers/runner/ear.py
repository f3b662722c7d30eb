"""Listens for the doorbell while the pump has nothing to do."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from tasuki.model.errors import StoreError
from tasuki.store.doorbell import Doorbell
from tasuki.telemetry.complaints import Complaints

log = logging.getLogger("tasuki.runner")

RETRY_SECONDS = 0.5
AGAIN_SECONDS = 0.02
HUSH_SECONDS = 1.0


class Ear:
    """Blocks on the doorbell for the types that the pump could run, and tells it who rang.

    It listens only while the pump rests: a busy pump asks the store by itself, and a token that it
    does not take wakes another runner. A ring is a hint: one that cannot be heard costs time alone,
    so what fails is told, and listened again.
    """

    def __init__(self, doorbell: Doorbell, ring: Callable[[str], None], seconds: float) -> None:
        self._doorbell = doorbell
        self._ring = ring
        self._seconds = seconds
        self._wanted: frozenset[str] = frozenset()
        self._listening: frozenset[str] | None = None
        self._hushed = False
        self._complaints = Complaints(log, "the runner listens again after an error")
        self._asked = asyncio.Event()
        self._returned = asyncio.Event()
        self._interrupting: asyncio.Task[None] | None = None

    def listen(self, types: list[str]) -> None:
        """The pump rests, and has free slots for these types."""
        self._wanted = frozenset() if self._hushed else frozenset(types)
        self._asked.set()
        deaf = self._listening is not None and not self._wanted <= self._listening
        if deaf and (self._interrupting is None or self._interrupting.done()):
            self._interrupting = asyncio.create_task(self._interrupt())

    async def hush(self) -> None:
        """From now on hear only what is for this very runner.

        A runner that stops would take the tokens of jobs that others must run: those that it
        releases itself first of all.
        """
        self._hushed = True
        self._wanted = frozenset()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HUSH_SECONDS):
                while self._listening:
                    await self._interrupt()

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            self._listening = self._wanted
            # Another one for each time: who interrupts this time must not interrupt the next.
            returned = self._returned = asyncio.Event()
            try:
                rung = await self._doorbell.wait(sorted(self._listening), self._seconds)
            except StoreError as error:
                if not error.transient:
                    self._complaints.add(error)
                await asyncio.sleep(RETRY_SECONDS)
                rung = None
            finally:
                self._listening = None
                returned.set()
            if rung is not None:
                self._ring(rung)
            else:
                self._asked.set()

    async def _interrupt(self) -> None:
        """Make the doorbell return. One that was about to block is asked again."""
        returned = self._returned
        while not returned.is_set():
            try:
                await self._doorbell.interrupt()
            except StoreError as error:
                log.debug("the doorbell cannot be interrupted: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await returned.wait()
