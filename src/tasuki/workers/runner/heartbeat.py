"""Keeps a runner's lease alive, from a thread with a connection of its own.

So user code that blocks the event loop does not cost the runner its lease.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Callable

from tasuki.model.errors import LeaseLostError, StoreError
from tasuki.store.lease import Lease
from tasuki.store.link.link import Link
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.own_thread import OwnThread
from tasuki.workers.runner.crew import Crew
from tasuki.workers.watcher import Watcher

log = logging.getLogger("tasuki.runner")

RETRY_SECONDS = 0.5


class Heartbeat:
    """Beats every third of the lease, give or take a tenth.

    It tells the crew what is to be stopped, and the watcher of each beat, even if the store was
    away, since it also says that the thread can run. `lost` is called in the thread when the lease
    is lost, or the thread ends for any other reason that nobody asked for: no lease lives without
    it.
    """

    def __init__(
        self,
        lease: Lease,
        link: Link,
        crew: Crew,
        watcher: Watcher,
        *,
        lost: Callable[[], None],
    ) -> None:
        self._lease = lease
        self._link = link
        self._crew = crew
        self._watcher = watcher
        self._lost = lost
        self._failing = False
        self._stop = threading.Event()
        self._thread = OwnThread(self._beat_until_stopped, "tasuki-heartbeat")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def stop(self) -> None:
        """End the thread, without waiting for the next beat."""
        self._stop.set()
        await self._thread.ended()

    def _beat_until_stopped(self) -> None:
        try:
            with asyncio.Runner() as runner:
                try:
                    while not self._stop.wait(self._pause(runner)):
                        pass
                finally:
                    runner.run(self._link.close())
        except LeaseLostError:
            log.debug("the heartbeat ends: the lease of runner %s is lost", self._lease.runner)
        except BaseException:
            log.exception("the heartbeat of runner %s ended", self._lease.runner)
        finally:
            if not self._stop.is_set():
                self._lost()

    def _pause(self, runner: asyncio.Runner) -> float:
        """Beat once. Gives the seconds until the next beat."""
        cancels: list[str] = []
        seconds = RETRY_SECONDS
        try:
            cancels = runner.run(self._lease.heartbeat(self._crew.load, self._link))
            seconds = self._lease.terms.lease / 3 * random.uniform(0.9, 1.1)
            self._failing = False
        except LeaseLostError:
            raise
        except StoreError as error:
            if not error.transient:
                raise
            log.debug("the heartbeat waits for the store: %s", error)
        except Exception:
            # Said once, and tried again: if it lasts, the lease runs out.
            if not self._failing:
                log.exception("a heartbeat of runner %s failed", self._lease.runner)
            self._failing = True
        self._watcher.beat(self._crew.busy_until)
        if cancels:
            self._crew.stop_soon(Stop.CANCEL, cancels)
        return seconds
