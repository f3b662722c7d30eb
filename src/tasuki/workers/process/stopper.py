"""From orders and signals to the end of a runner."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import Any

from tasuki.workers.process.channel import Channel
from tasuki.workers.process.exit import end_within
from tasuki.workers.process.lifeline import Order
from tasuki.workers.process.protocol import EXIT_OK, SETUP_SECONDS
from tasuki.workers.runner.runner import Runner

ALONE_SECONDS = 5.0
"""How long, beyond the grace, a runner without a supervisor may take to end."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopper:
    """Ends a runner when it is told to: gracefully, and at once when told again.

    A signal is not the supervisor's: nobody has asked for it, until an order says so, too.
    """

    def __init__(self, runner: Runner, channel: Channel, grace: float) -> None:
        self._runner = runner
        self._channel = channel
        self._grace = grace
        self._loop = asyncio.get_running_loop()
        self._work: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._broken_off = self._asked = False
        self.alone = False
        """Whether there is no supervisor, which would end what is left of the process group."""

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the runner's work, until it ends by itself or by what this is told."""
        self._work = asyncio.create_task(work, name="tasuki-runner")
        with self._listening():
            await asyncio.wait({self._work})
        if not (self._broken_off and self._work.cancelled()):
            await self._work
        if self._stopping is not None:
            await self._stopping

    def obey(self, order: Order) -> None:
        """Take an order, in any thread. The loop may be held up: that the end comes is seen to."""
        if order == "gone":
            self.alone = True
            end_within(
                self._grace + ALONE_SECONDS,
                EXIT_OK,
                "the supervisor is gone and this runner did not end in time",
                group=True,
            )
        self._bound_setup()
        # Without its loop the process is ending already.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._hear, order)

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._signalled, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                self._loop.remove_signal_handler(number)
                # Late ones must not end the process before it has told that it has left.
                signal.signal(number, signal.SIG_IGN)

    def _hear(self, order: Order) -> None:
        self._asked = True
        self._stop()
        if order == "hurry":
            self._runner.stop_now()

    def _signalled(self, number: signal.Signals) -> None:
        if self._stopping is None and not self._broken_off:
            self._channel.ending(f"it was told to end by {number.name}, not by its supervisor")
            self._bound_setup()
            self._stop()
        elif not self._asked:
            self._runner.stop_now()

    def _stop(self) -> None:
        if self._broken_off or self._work is None:
            return
        if not self._channel.is_known:
            self._broken_off = True
            self._work.cancel()
        elif self._stopping is None:
            stopping = self._runner.stop(self._grace, asked=self._asked)
            self._stopping = asyncio.create_task(stopping, name="tasuki-stop")
        elif self._asked:
            self._runner.ask()

    def _bound_setup(self) -> None:
        if not self._channel.is_known:
            end_within(SETUP_SECONDS, EXIT_OK, "told to end while it was setting up its workers")
