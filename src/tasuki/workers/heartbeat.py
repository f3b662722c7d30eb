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
from tasuki.store.link import Link

log = logging.getLogger("tasuki.runner")

RETRY_SECONDS = 0.5


class Heartbeat:
    """Beats every third of the lease, give or take a tenth.

    `load` tells what to say of the runner at each beat. The callbacks are called in the thread:
    `beaten` with the ids of jobs to stop after each beat, even if the store was away, since it also
    says that the thread can run; `lost` when the lease is lost, or the thread ends for any other
    reason that nobody asked for: no lease lives without it.
    """

    def __init__(
        self,
        lease: Lease,
        link: Link,
        *,
        load: Callable[[], dict[str, str]],
        beaten: Callable[[list[str]], None],
        lost: Callable[[], None],
    ) -> None:
        self._lease = lease
        self._link = link
        self._load = load
        self._beaten = beaten
        self._lost = lost
        self._failing = False
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._beat_until_stopped, name="tasuki-heartbeat", daemon=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def stop(self) -> None:
        """End the thread, without waiting for the next beat."""
        self._stop.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

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
            cancels = runner.run(self._lease.heartbeat(self._load(), self._link))
            seconds = self._lease.terms.seconds / 3 * random.uniform(0.9, 1.1)
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
        self._beaten(cancels)
        return seconds
