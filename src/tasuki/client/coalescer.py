"""Makes the submissions of many callers in few calls of the store.

A caller who finds no call in flight makes one at once, in its own task. Those who come while a call
is in flight are gathered, and a task of the coalescer makes all of them in the next call. So a lone
caller pays nothing, and throughput grows with the number of callers.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

from tasuki.client.sizes import data_size
from tasuki.model.errors import InvalidError, StoreError, StoreUnavailableError
from tasuki.store.producer import MOST_JOBS, Producer, Submission, check_size
from tasuki.wire.limits import DATA_BYTES

GATHERED_BYTES = 2**20
"""How much job data is gathered for one call, so that it holds up nobody else for long.

One submission alone may be larger.
"""


class _Caller:
    """One who waits for the ids of its jobs."""

    __slots__ = ("ids", "size", "submission")

    def __init__(self, submission: Submission, size: int) -> None:
        self.submission = submission
        self.size = size
        self.ids: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()

    def answer(self, answer: list[int] | InvalidError) -> None:
        if self.ids.done():
            return
        if isinstance(answer, InvalidError):
            self.ids.set_exception(answer)
        else:
            self.ids.set_result(answer)

    def refuse(self, error: Exception) -> None:
        if not self.ids.done():
            self.ids.set_exception(error)


class Coalescer:
    """Gathers submissions. For use in one event loop.

    `data_limit` is how many bytes the data of one job may have.
    """

    def __init__(self, producer: Producer, data_limit: int = DATA_BYTES) -> None:
        self._producer = producer
        self._data_limit = data_limit
        self._gathered: deque[_Caller] = deque()
        self._in_flight = False
        self._task: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission, place: str = "") -> list[int]:
        """Make the jobs of a submission, all or none, and give their ids in order.

        A caller that is cancelled does not disturb the others. Its own jobs are made or not.
        `place` is how the caller calls its list of jobs.

        Raises:
            InvalidError: no jobs, more than 1,000, or a new type where there are too many.
            PayloadError: a job has too much data, or all together have more than 16 MiB.
            KeyReusedError: the key was used before, for another submission.
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
            self._refuse_gathered(error)
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
        try:
            while self._gathered:
                await self._make(self._next_batch())
        finally:
            self._in_flight = False
            for caller in self._gathered:
                caller.ids.cancel()

    def _next_batch(self) -> list[_Caller]:
        """Those who wait the longest, as many as fit in one call. Who has left is left out."""
        batch: list[_Caller] = []
        jobs = size = 0
        while self._gathered:
            caller = self._gathered[0]
            if not caller.ids.done():
                jobs += len(caller.submission.jobs)
                size += caller.size
                if batch and (jobs > MOST_JOBS or size > GATHERED_BYTES):
                    break
                batch.append(caller)
            self._gathered.popleft()
        return batch

    async def _make(self, batch: list[_Caller]) -> None:
        try:
            answers = await self._producer.enqueue([caller.submission for caller in batch])
        except InvalidError as error:
            await self._make_one_by_one(batch, error)
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it, whatever it is
            _refuse(batch, error)
            if isinstance(error, StoreUnavailableError):
                self._refuse_gathered(error)
        else:
            for caller, answer in zip(batch, answers, strict=True):
                caller.answer(answer)
        finally:
            # Whoever has no answer yet will get none: the loop is coming to its end.
            for caller in batch:
                caller.ids.cancel()

    async def _make_one_by_one(self, batch: list[_Caller], error: InvalidError) -> None:
        """Nothing of the batch was sent, because one of them cannot be. The others go on."""
        if len(batch) == 1:
            _refuse(batch, error)
            return
        for caller in batch:
            await self._make([caller])

    def _refuse_gathered(self, error: StoreUnavailableError) -> None:
        """Who waits behind a store that is away would wait in vain, and too long."""
        _refuse(self._gathered, error)
        self._gathered.clear()


def _refuse(callers: Iterable[_Caller], error: Exception) -> None:
    for caller in callers:
        caller.refuse(error)
