"""Submissions of many callers, gathered while a call of the store is in flight.

How a caller waits for its answer is up to `coalescer` (coroutines) and `group` (threads).
"""

from collections import deque
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from tasuki.model.errors import InvalidError, StoreUnavailableError
from tasuki.store.producer import MOST_JOBS, Producer, Submission

GATHERED_BYTES = 2**20
"""How much job data is gathered for one call, so that it holds up nobody else for long.

One submission alone may be larger.
"""


class Caller(Protocol):
    """One who waits for the ids of its jobs."""

    submission: Submission
    size: int

    @property
    def done(self) -> bool:
        """Whether it has its answer, or has left."""
        ...

    def answer(self, ids: list[int]) -> None:
        """Give it its ids."""
        ...

    def refuse(self, error: Exception) -> None:
        """Give it an error, unless it is done."""
        ...


C = TypeVar("C", bound=Caller)


class Gathering(Generic[C]):
    """Those who wait, and how some of them are answered by one call."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._gathered: deque[C] = deque()

    def __len__(self) -> int:
        """How many wait for the next call."""
        return len(self._gathered)

    def next_batch(self) -> list[C]:
        """Those who wait the longest, as many as fit in one call. Who has left is left out."""
        batch: list[C] = []
        jobs = size = 0
        while self._gathered:
            caller = self._gathered[0]
            if not caller.done:
                jobs += len(caller.submission.jobs)
                size += caller.size
                if batch and (jobs > MOST_JOBS or size > GATHERED_BYTES):
                    break
                batch.append(caller)
            self._gathered.popleft()
        return batch

    async def make(self, batch: list[C]) -> None:
        """Make the jobs of a batch in one call, and answer everybody in it."""
        try:
            answers = await self._producer.enqueue([caller.submission for caller in batch])
        except InvalidError as error:
            await self._make_one_by_one(batch, error)
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it, whatever it is
            refuse(batch, error)
            if isinstance(error, StoreUnavailableError):
                self.refuse_gathered(error)
        else:
            for caller, answer in zip(batch, answers, strict=True):
                if isinstance(answer, InvalidError):
                    caller.refuse(answer)
                else:
                    caller.answer(answer)

    async def _make_one_by_one(self, batch: list[C], error: InvalidError) -> None:
        """Nothing of the batch was sent, because one of them cannot be. The others go on."""
        if len(batch) == 1:
            refuse(batch, error)
            return
        for caller in batch:
            await self.make([caller])

    def refuse_gathered(self, error: StoreUnavailableError) -> None:
        """Who waits behind a store that is away would wait in vain, and too long."""
        refuse(self._gathered, error)
        self._gathered.clear()


def refuse(callers: Iterable[Caller], error: Exception) -> None:
    """Give all of them, who are not done, the same error."""
    for caller in callers:
        caller.refuse(error)
