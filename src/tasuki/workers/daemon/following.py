"""Goes along with runners to their ends, and sees to what they leave behind."""

import asyncio
import logging
from collections.abc import Callable

from tasuki.workers.daemon.ending import Ending
from tasuki.workers.daemon.handback import HandBack
from tasuki.workers.daemon.orders import Orders, any_set, set_within
from tasuki.workers.daemon.process import RunnerProcess
from tasuki.workers.daemon.renewal import Renewal
from tasuki.workers.process.protocol import SETUP_SECONDS, TEARDOWN_SECONDS

log = logging.getLogger("tasuki.daemon")

GRACE_MARGIN = 4.0
"""Seconds that a runner has, beyond the grace of its jobs, to release them and leave."""
LEFT_SECONDS = 2.0
"""Seconds that its process may take to end after everything in it has."""
HURRY_SECONDS = 2.0
"""Seconds that a runner has to release its jobs when there is no grace."""

WatchOver = Callable[[str, RunnerProcess], Renewal]


class Following:
    """What is the same for each runner, whatever it is for.

    `grace` is how many seconds running jobs have when a runner is to end. `suspects` is told how
    many jobs wait for a runner apart, whenever that becomes known.
    """

    def __init__(
        self,
        hand_back: HandBack,
        watch_over: WatchOver,
        orders: Orders,
        suspects: Callable[[int], None],
        *,
        grace: float,
    ) -> None:
        self._hand_back = hand_back
        self._watch_over = watch_over
        self._orders = orders
        self._suspects = suspects
        self._grace = grace
        self._clearing: set[asyncio.Task[None]] = set()

    async def to_its_end(self, name: str, runner: RunnerProcess, restart: asyncio.Event) -> Ending:
        """Watch over a runner until it has ended, by itself or because it was told to."""
        log.info("%s started", name)
        runner.on_suspects = self._suspects
        helpers = [
            asyncio.create_task(work)
            for work in (
                self._watch_over(name, runner).run(),
                self._end_when_told(runner, restart),
                self._end_when_left(runner),
            )
        ]
        ended = asyncio.create_task(runner.wait())
        try:
            watching = {ended, *helpers}
            while not ended.done():
                done, watching = await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
                for helper in done - {ended}:
                    if error := helper.exception():
                        log.error("watching over %s failed, so it is ended", name, exc_info=error)
                        runner.kill("patience")
            ending = ended.result()
        except BaseException:
            runner.kill("patience")
            raise
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        _tell(name, ending)
        return ending

    async def clear_up(self, name: str, runner: RunnerProcess, ending: Ending) -> int:
        """Hand back what it held. Gives how many suspects wait now, as far as that is known."""
        if not runner.identities:
            return 0
        if ending.crash is None:
            await self._hand_back.release(name, runner.identities)
            return 0
        return await self._hand_back.reap(name, runner.identities, ending.crash, ending.begun)

    def clear_up_behind(self, name: str, runner: RunnerProcess, ending: Ending) -> None:
        """As `clear_up`, for who does not wait for that."""

        async def clear_up() -> None:
            suspects = await self.clear_up(name, runner, ending)
            if suspects:
                self._suspects(suspects)

        task = asyncio.create_task(clear_up())
        self._clearing.add(task)
        task.add_done_callback(self._clearing.discard)

    async def close(self) -> None:
        """Wait until everything has been handed back."""
        await asyncio.gather(*self._clearing)

    async def _end_when_told(self, runner: RunnerProcess, restart: asyncio.Event) -> None:
        patience = self._grace + GRACE_MARGIN
        await any_set(self._orders.stop, restart, runner.retired)
        if runner.is_ending and not await set_within(patience, self._orders.stop, restart):
            runner.kill("overdue")
            return
        runner.terminate()
        if not runner.was_loaded:
            patience = SETUP_SECONDS + LEFT_SECONDS
        if await set_within(patience, self._orders.hurry):
            runner.terminate()
            await asyncio.sleep(HURRY_SECONDS)
        runner.kill("patience")

    @staticmethod
    async def _end_when_left(runner: RunnerProcess) -> None:
        await runner.left.wait()
        await asyncio.sleep(TEARDOWN_SECONDS + LEFT_SECONDS)
        runner.kill("linger")


def _tell(name: str, ending: Ending) -> None:
    if ending.killed == "patience":
        log.warning("%s did not end in time and was killed", name)
    elif ending.killed == "linger":
        log.warning("%s had left the store, but did not end, and was killed", name)
    elif ending.crash is not None:
        log.warning("%s crashed: %s", name, ending)
    elif ending.refusal is None:
        log.info("%s ended", name)
