"""Makes the submissions of many coroutines in few calls of the store.

A caller who finds no call in flight makes one at once, in its own task. Those who come while a call
is in flight are gathered, and a task of the coalescer makes all of them in the next call. So a lone
caller pays nothing, and throughput grows with the number of callers.
"""

import asyncio
from contextlib import suppress

from tasuki.client.gathering import Gathering
from tasuki.client.sizes import data_size
from tasuki.model.errors import InvalidError, StoreError, StoreUnavailableError
from tasuki.model.settings.limits import DATA_BYTES
from tasuki.store.producer import Producer, Submission, check_size


class _Caller:
    """One who waits for the ids of its jobs."""

    __slots__ = ("ids", "size", "submission")

    def __init__(self, submission: Submission, size: int) -> None:
        self.submission = submission
        self.size = size
        self.ids: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()

    @property
    def done(self) -> bool:
        return self.ids.done()

    def answer(self, ids: list[int]) -> None:
        if not self.done:
            self.ids.set_result(ids)

    def refuse(self, error: Exception) -> None:
        if not self.done:
            self.ids.set_exception(error)


class Coalescer(Gathering[_Caller]):
    """Gathers submissions. For use in one event loop.

    `data_limit` is how many bytes the data of one job may have.
    """

    def __init__(self, producer: Producer, data_limit: int = DATA_BYTES) -> None:
        super().__init__(producer)
        self._data_limit = data_limit
        self._in_flight = False
        self._task: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission, place: str = "") -> list[int]:
        """Make the jobs of a submission, all or none, and give their ids in order.

        A caller that is cancelled does not disturb the others. Its own jobs are made or not.
        `place` is how the caller calls its list of jobs.

        Raises:
            InvalidError: no jobs, more than 1,000, or a new type where there are too many.
            PayloadError: a job has too much data, or all together have more than 16 MiB.
            KeyReusedError: its idempotency key was used before, for another submission.
            StoreFullError: the store is out of memory; nothing was made.
            StoreUnavailableError: the store did not answer; the jobs may or may not have been made.
            StoreError: another refusal of the store; nothing was made.
        """
        check_size(submission.jobs)
        size = data_size(submission.jobs, self._data_limit, place)
        if self._in_flight:
            return await self._gather(submission, size)
        self._in_flight = True
        try:
            [answer] = await self._producer.enqueue((submission,))
        except StoreUnavailableError as error:
            self.refuse_gathered(error)
            raise
        finally:
            if self._gathered:
                self._task = asyncio.create_task(self._make_gathered(), name="tasuki-coalescer")
            else:
                self._in_flight = False
        if isinstance(answer, InvalidError):
            raise answer
        return answer

    async def close(self) -> None:
        """Wait until all that came before has been answered, by standing behind it."""
        if self._in_flight:
            with suppress(StoreError):
                await self._gather(Submission(()), 0)

    def _gather(self, submission: Submission, size: int) -> asyncio.Future[list[int]]:
        caller = _Caller(submission, size)
        self._gathered.append(caller)
        return caller.ids

    async def _make_gathered(self) -> None:
        batch: list[_Caller] = []
        try:
            while self._gathered:
                batch = self.next_batch()
                await self.make(batch)
        finally:
            self._in_flight = False
            # Whoever has no answer yet will get none: the loop is coming to its end.
            for caller in (*batch, *self._gathered):
                caller.ids.cancel()
