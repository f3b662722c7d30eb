"""Whether jobs can be submitted and are worked on: found out by doing, not believed."""

import asyncio
import logging
import time
from collections.abc import Callable

import msgspec

from tasuki.model.errors import StoreError, StoreUnavailableError
from tasuki.store.health.causes import cause
from tasuki.store.health.signs import Durability, durability, problem
from tasuki.store.health.work import WorkWatch
from tasuki.store.store import Store

log = logging.getLogger("tasuki.health")

LOOK_SECONDS = 2.0
WORK_SECONDS = 5.0
"""How often the store is looked at, and how often the types of jobs that wait."""
FRESH_SECONDS = 3 * LOOK_SECONDS
"""A look that is older than this tells nothing."""
ANSWER_SECONDS = 1.8
"""How long a look may take: an answer is due within 2 s."""

Trouble = Callable[[], tuple[str, str] | None]
"""Says why no jobs should be taken although the store may answer: a code and a sentence."""


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether jobs can be submitted now, and are worked on. If not, `code` and `cause` say why."""

    ready: bool
    durability: Durability
    code: str | None = None
    cause: str | None = None


class Health:
    """Looks at the store every two seconds once it was started, and when asked before that.

    `trouble` tells what is known of the store besides what it says itself.
    """

    def __init__(self, store: Store, trouble: Trouble = lambda: None) -> None:
        self._probe = store.probe()
        self._work = WorkWatch(self._probe)
        self._trouble = trouble
        self._durability: Durability | None = None
        self._standstill: tuple[str, str] | None = None
        self._latest: Readiness | None = None
        self._looked = 0.0
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look, in a task of its own."""
        self._task = asyncio.create_task(self.run(), name="tasuki-health")

    async def run(self) -> None:
        """Look until cancelled, and log when it changes whether the store is ready."""
        told: str | None = None
        next_work = 0.0
        while True:
            if time.monotonic() >= next_work:
                next_work = time.monotonic() + WORK_SECONDS
                await self._look_at_work()
            found = await self._look()
            if found.code != told:
                told = found.code
                if found.ready:
                    log.info("ready again")
                else:
                    log.warning("not ready: %s", found.cause)
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def ready(self) -> Readiness:
        """Whether the store takes jobs, by the latest look, and whether jobs that wait are run."""
        latest = self._fresh()
        if latest is not None:
            return latest
        async with self._looking:
            return self._fresh() or await self._look()

    async def durability(self) -> Durability:
        """What the store promises of a change that it has confirmed.

        Raises:
            StoreError: the store cannot be reached.
        """
        if self._durability is None or self._task is None:
            self._durability = durability(await self._probe.info(), await self._probe.fsync())
        return self._durability

    def explain(self, error: StoreError) -> str:
        """The cause of an error, in a sentence that may be shown to anybody."""
        trouble = self._trouble() if isinstance(error, StoreUnavailableError) else None
        return cause(error) if trouble is None else trouble[1]

    def _fresh(self) -> Readiness | None:
        """The latest look, if there is someone who looks and it was not long ago."""
        if self._task is None or time.monotonic() - self._looked > FRESH_SECONDS:
            return None
        return self._latest

    async def _look(self) -> Readiness:
        code = reason = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = self._trouble() or await self._look_at_store() or self._standstill
        except StoreError as error:
            found = error.code, self.explain(error)
        except TimeoutError:
            found = StoreUnavailableError.code, "the store does not answer in time"
        except Exception:
            # Whatever it is, the next look may find it gone.
            log.exception("the health of the store cannot be judged")
            found = "internal", "the server's log says more"
        if found is not None:
            code, reason = found
        self._latest = Readiness(
            ready=found is None,
            durability=self._durability or Durability.UNKNOWN,
            code=code,
            cause=reason,
        )
        self._looked = time.monotonic()
        return self._latest

    async def _look_at_store(self) -> tuple[str, str] | None:
        info = await self._probe.info()
        self._durability = durability(info, await self._probe.fsync())
        found = problem(info)
        if found is None:
            await self._probe.write()
        return found

    async def _look_at_work(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._standstill = await self._work.look()
        except (StoreError, TimeoutError) as error:
            # The look at the store tells that better.
            log.debug("the work cannot be looked at: %s", error)
        except Exception:
            log.exception("the work cannot be judged")
