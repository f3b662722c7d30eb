"""The client, for code that runs in an event loop."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from tasuki.client.acting import Acting
from tasuki.client.data import encode_data
from tasuki.client.jobs import new_jobs, refuse_former, submission
from tasuki.client.looking import Looking
from tasuki.client.session import LoopSessions, Session, SessionTerms
from tasuki.client.sizes import checked_limit
from tasuki.model.backoff import BackoffRule
from tasuki.model.job import NewJob
from tasuki.model.retention import Retention
from tasuki.model.settings.limits import DATA_BYTES
from tasuki.store.producer import Submission
from tasuki.store.store import Store


class Client(Looking, Acting):
    """Everything that people do with jobs, in an event loop.

        async with await tasuki.connect("valkey://localhost:6379/0") as client:
            id = await client.enqueue("resize", {"path": "cat.png"})
            print(await client.result(id, timeout=60))

    Every method raises a StoreError when the store refuses, and StoreUnavailableError within 2
    seconds when it cannot be reached. Submissions that are under way at the same time share calls
    of the store, so many tasks that enqueue are faster than one.

    A program that calls `asyncio.run` again and again may keep one client: in each event loop it
    has connections of its own, which are closed when the loop comes to its end.

    `connect` makes a client that closes its store. A client that is made with a `Store` leaves
    that open: who made it closes it. `data_limit` is how many bytes of JSON the data of one job
    may have, `retention` says how long a job is kept that is cancelled before it begins.
    """

    def __init__(
        self,
        store: Store,
        *,
        owns_store: bool = False,
        data_limit: int = DATA_BYTES,
        retention: Retention | None = None,
    ) -> None:
        terms = SessionTerms(checked_limit(data_limit), retention)
        self._sessions = LoopSessions(store, terms, owns_store=owns_store)

    def _here(self) -> Session:
        return self._sessions.here()

    # ---------------------------------------------------------------------------- submitting

    async def enqueue(
        self,
        type: str,
        data: Any = None,
        *,
        delay: float | None = None,
        run_at: datetime | None = None,
        priority: float | str = 0,
        attempts: int | None = None,
        backoff: BackoffRule | Sequence[float] | None = None,
        timeout: float | None = None,
        expires: float | None = None,
        keep: float | None = None,
        tags: Sequence[str] = (),
        idempotency_key: str | None = None,
        key: None = None,
        at: None = None,
    ) -> int:
        """Submit a job, and give its id. From then on the job is safe.

            await client.enqueue("email", {"to": "a@example.org"}, delay=60, priority="high")

        What is None is left to the worker of the type. A call that is cancelled, or ends with
        StoreUnavailableError, may have made the job; with an `idempotency_key` it can be repeated
        safely.

        Args:
            type: which worker runs it. A type that no worker handles yet is fine: the job waits.
            data: what the worker gets: any value that JSON can carry, a dataclass, a msgspec
                Struct or a pydantic model; at most 1 MiB, unless `connect` was told another
                limit. None is an empty object.
            delay: seconds until it may run.
            run_at: the time from which it may run, with a time zone. A time in the past means now.
            priority: a number, the smaller runs first; or "critical" (-15), "high" (-10),
                "medium" (-5), "normal" (0) or "low" (10).
            attempts: how often it is run at most, when it fails.
            backoff: the delays between attempts: `Backoff.fixed(...)`, `Backoff.exponential(...)`
                or a list of seconds.
            timeout: seconds that an attempt may take.
            expires: seconds after which it is cancelled if it has not been started.
            keep: seconds for which it is kept once it has completed. 0 removes it at once.
            tags: words to find it by.
            idempotency_key: names this submission. The same submission with the same key within
                24 hours makes no second job and gives the id of the first one.
            key: is refused: it was the name of `idempotency_key`.
            at: is refused: it was the name of `run_at`.

        Raises:
            InvalidError: an argument is wrong; the error names it.
            PayloadError: the data cannot be carried as JSON without loss, or are too large.
            KeyReusedError: the idempotency key was used before, for another submission.
            StoreFullError: the store is out of memory; nothing was made.
            StoreUnavailableError: the store did not answer; the job may or may not have been made.
        """
        refuse_former(key=key, at=at)
        job = NewJob(
            type=type,
            data=encode_data(data),
            delay=delay,
            run_at=run_at,
            priority=priority,
            attempts=attempts,
            backoff=backoff,  # pyright: ignore[reportArgumentType] - the checks make a tuple of a list
            timeout=timeout,
            expires=expires,
            keep=keep,
            tags=tags,  # pyright: ignore[reportArgumentType] - here, too
        )
        [id] = await self._here().coalescer.submit(submission((job,), idempotency_key))
        return id

    async def enqueue_many(
        self,
        jobs: Iterable[Mapping[str, Any] | NewJob],
        *,
        idempotency_key: str | None = None,
        key: None = None,
    ) -> list[int]:
        """Submit up to 1,000 jobs, all or none, and give their ids in order.

            await client.enqueue_many([{"type": "email", "data": {"to": a}} for a in addresses])

        Each job is a mapping with the arguments of `enqueue` but `idempotency_key`, or a `NewJob`.
        `idempotency_key` is for the whole submission; see `enqueue`.

        Raises:
            InvalidError: a job is wrong; the error names it, as in `jobs[3].delay`. Nothing was
                made. Also no jobs, or more than 1,000.
            PayloadError: as `enqueue`; or the data of all jobs have more than 16 MiB.
            StoreError: as `enqueue`.
        """
        refuse_former(key=key)
        made = submission(new_jobs(jobs), idempotency_key)
        return await self._here().coalescer.submit(made, "jobs")

    async def submit(self, submission: Submission) -> list[int]:
        """Make the jobs of a ready submission, all or none, and give their ids in order.

        For front ends that check their input themselves; see `tasuki.client.submission`.

        Raises:
            InvalidError: no jobs, more than 1,000, or a job that cannot be written.
            PayloadError: as `enqueue_many`.
            StoreError: as `enqueue`.
        """
        return await self._here().coalescer.submit(submission)

    # --------------------------------------------------------------------------------- close

    async def close(self) -> None:
        """Let submissions that are under way come to their end, and stop waiting for jobs."""
        await self._sessions.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
