"""Makes the submissions of many threads in few calls of the store.

A thread that finds nobody leading leads: it makes its own submission in a call. Those that come in
the meantime wait; then the first of them leads, and makes all of theirs in the next call.
"""

from contextlib import suppress
from threading import Lock

from tasuki.client.blocking.by_hand import drive
from tasuki.client.gathering import Gathering, refuse
from tasuki.client.sizes import data_size
from tasuki.model.errors import StoreError, StoreUnavailableError
from tasuki.model.settings.limits import DATA_BYTES
from tasuki.store.producer import Producer, Submission, check_size


class _WaitingThread:
    """A thread that waits for the ids of its jobs, or for its turn to lead."""

    __slots__ = ("_woken", "error", "ids", "left", "size", "submission")

    def __init__(self, submission: Submission, size: int) -> None:
        self.submission = submission
        self.size = size
        self.ids: list[int] | None = None
        self.error: Exception | None = None
        self.left = False
        self._woken = Lock()
        self._woken.acquire()

    @property
    def done(self) -> bool:
        return self.left or self.ids is not None or self.error is not None

    def answer(self, ids: list[int]) -> None:
        self.ids = ids
        self.wake()

    def refuse(self, error: Exception) -> None:
        if not self.done:
            self.error = error
            self.wake()

    def wake(self) -> None:
        self._woken.release()

    def sleep(self) -> None:
        self._woken.acquire()


class Group(Gathering[_WaitingThread]):
    """Gathers the submissions of threads. Its coroutines are driven by hand.

    `data_limit` is how many bytes the data of one job may have.
    """

    def __init__(self, producer: Producer, data_limit: int = DATA_BYTES) -> None:
        super().__init__(producer)
        self._data_limit = data_limit
        self._lock = Lock()
        self._leader: _WaitingThread | None = None

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._leader is not None

    async def submit(self, submission: Submission, place: str = "") -> list[int]:
        """Make the jobs of a submission, as `Coalescer.submit` does.

        A thread that is interrupted while it leads leaves those whose jobs it was making with a
        StoreUnavailableError.
        """
        check_size(submission.jobs)
        size = data_size(submission.jobs, self._data_limit, place)
        return self._wait(_WaitingThread(submission, size))

    async def close(self) -> None:
        """Wait until all that came before has been answered, by standing behind it."""
        if self.busy:
            with suppress(StoreError):
                self._wait(_WaitingThread(Submission(()), 0))

    def _wait(self, caller: _WaitingThread) -> list[int]:
        try:
            with self._lock:
                self._gathered.append(caller)
                if self._leader is None:
                    self._leader = caller
            if self._leader is not caller:
                caller.sleep()
            if not caller.done:
                self._lead()
        except BaseException:
            caller.left = True
            raise
        finally:
            self._hand_over(caller)
        if caller.error is not None:
            raise caller.error
        return caller.ids or []

    def _lead(self) -> None:
        """Make a batch. The leader is the one who has waited the longest, so it is in it."""
        with self._lock:
            batch = self.next_batch()
        try:
            drive(self.make(batch))
        except BaseException:
            lost = "the thread that sent the jobs was interrupted; they may have been made"
            refuse(batch, StoreUnavailableError(lost))
            raise

    def refuse_gathered(self, error: StoreUnavailableError) -> None:
        """Others may come in the meantime."""
        with self._lock:
            super().refuse_gathered(error)

    def _hand_over(self, caller: _WaitingThread) -> None:
        """Have the next one lead, if this one did."""
        with self._lock:
            if self._leader is not caller:
                return
            waiting = [other for other in self._gathered if not other.done]
            self._leader = waiting[0] if waiting else None
            if self._leader is not None:
                self._leader.wake()
