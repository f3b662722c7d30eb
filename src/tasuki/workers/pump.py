"""The pump: reports what has ended, claims what there is room for, and goes round.

Fast jobs batch by themselves, since outcomes pile up while an exchange is under way. A type claims
at most half of its slots at once: so while one half of the jobs runs, the exchange for the other
half is under way, and the store and the runner work at the same time.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping

from tasuki.model.errors import LayoutError, LeaseLostError, StoreError
from tasuki.model.outcome import Failed, JobError, Outcome
from tasuki.store.lease import Lease
from tasuki.store.messages import Exchanged, Report
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.attempt import Attempt, Stop
from tasuki.workers.executor import Executor
from tasuki.workers.outbox import Outbox
from tasuki.workers.relay import Relay
from tasuki.workers.spec import WorkerSpec

log = logging.getLogger("tasuki.runner")

LONGEST_WAIT = 5.0
"""A lost ring of the doorbell costs at most so many seconds."""
SLOWEST_RETRY = 2.0


class Pump:
    """The loop between one lease and the executor of one runner."""

    def __init__(
        self,
        lease: Lease,
        specs: Mapping[str, WorkerSpec],
        idle: Callable[[list[str]], None],
        begins: Callable[[], None],
        outage: OutageLog,
    ) -> None:
        self._lease = lease
        self._specs = specs
        self._idle = idle
        self._begins = begins
        self._outage = outage
        self._outbox = Outbox(lease.terms.retention)
        self._executor = Executor(self._on_outcome, self._on_left)
        self._running: dict[str, Attempt] = {}
        self._free = {type: spec.concurrency for type, spec in specs.items()}
        self._dry: set[str] = set()
        self._rung: set[str] = set()
        self._due: float | None = None
        self._look_at = 0.0
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._claiming = True

    @property
    def attempts(self) -> Iterable[Attempt]:
        """The attempts that are running."""
        return self._running.values()

    @property
    def busy_until(self) -> float:
        """Monotonic time by which all running jobs should be over; 0 if one has no timeout."""
        # The heartbeat's thread asks, too: a copy does not change under its hands.
        attempts = list(self._running.values())
        ends = [a.started + a.timeout for a in attempts if a.timeout is not None]
        return max(ends) if ends and len(ends) == len(attempts) else 0.0

    async def run(self) -> None:
        """Go round until `drain` has been called and nothing is left to do.

        Raises:
            LeaseLostError: the lease ran out; every attempt has been made to stop.
            LayoutError: the store was written by another version.
        """
        claimed: Exchanged | None = None
        while self._claiming or self._running or self._outbox or claimed:
            demand = self._demand()
            if self._outbox or self._should_look(demand):
                sent = self._send(demand)
                try:
                    # Gone out before the jobs that came last begin, so that the store works
                    # while they run.
                    await asyncio.sleep(0)
                    if claimed:
                        self._begin(claimed)
                    claimed = await sent
                finally:
                    sent.cancel()
                self._book(claimed, dict(demand))
            elif claimed:
                self._begin(claimed)
                claimed = None
            else:
                await self._rest(demand)

    def ring(self, type: str) -> None:
        """The doorbell of a type rang; '' when it was the runner's own."""
        if type:
            self._rung.add(type)
        self._look_at = 0.0
        self._dry.clear()
        self._wake.set()

    def drain(self) -> None:
        """Claim nothing more; `run` ends when the running attempts have ended."""
        self._claiming = False
        self._wake.set()

    def stop_all(self, why: Stop) -> None:
        """Make all attempts stop."""
        for attempt in list(self._running.values()):
            self._executor.stop(attempt, why)
        self._wake.set()

    def cancel(self, keys: Iterable[str]) -> None:
        """Make these attempts stop, as a person asked."""
        for key in keys:
            attempt = self._running.get(key)
            if attempt is not None:
                self._executor.stop(attempt, Stop.CANCEL)

    async def wait_empty(self, seconds: float) -> None:
        """Wait until no attempt is running any more, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Let go of what is left."""
        self._executor.close()

    def _demand(self) -> list[tuple[str, int]]:
        if not self._claiming:
            return []
        specs = self._specs
        return [
            (type, min(free, (specs[type].concurrency + 1) // 2))
            for type, free in self._free.items()
            if free > 0
        ]

    def _should_look(self, demand: list[tuple[str, int]]) -> bool:
        if any(type not in self._dry for type, _ in demand):
            return True
        if not demand:
            return bool(self._rung)
        now = time.monotonic()
        return now >= self._look_at or (self._due is not None and now >= self._due)

    async def _rest(self, demand: list[tuple[str, int]]) -> None:
        self._idle([type for type, _ in demand])
        until = self._look_at if demand else time.monotonic() + LONGEST_WAIT
        if demand and self._due is not None:
            until = min(until, self._due)
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    def _send(self, demand: list[tuple[str, int]]) -> asyncio.Task[Exchanged]:
        rung, self._rung = list(self._rung), set()
        self._wake.clear()
        exchange = self._exchange(self._outbox.take(), demand, rung)
        return asyncio.create_task(exchange, name="tasuki-exchange")

    async def _exchange(
        self, report: Report, demand: list[tuple[str, int]], rung: list[str]
    ) -> Exchanged:
        repeat, delay = False, 0.05
        while True:
            try:
                return await self._lease.exchange(report, demand, rung=rung, repeat=repeat)
            except (LeaseLostError, LayoutError):
                self._outbox.clear()
                self.stop_all(Stop.LOST)
                raise
            except StoreError as error:
                self._outage.down(error)
                repeat = True
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, SLOWEST_RETRY)

    def _book(self, reply: Exchanged, demand: dict[str, int]) -> None:
        """Take note of a reply. The slots of its jobs are taken, though they have not begun."""
        now = time.monotonic()
        self._outage.up()
        self._due = now + reply.next_due / 1_000 if reply.next_due >= 0 else None
        self._look_at = now + LONGEST_WAIT
        granted = {claimed.type: len(claimed.ids) for claimed in reply.claimed}
        for type, number in granted.items():
            self._free[type] -= number
        self._dry = {type for type, wanted in demand.items() if granted.get(type, 0) < wanted}
        if reply.lost:
            log.warning("%d jobs were taken back before they were settled", len(reply.lost))
        if reply.cancels:
            self.cancel(reply.cancels)

    def _begin(self, reply: Exchanged) -> None:
        attempts: list[Attempt] = []
        for claimed in reply.claimed:
            spec = self._specs[claimed.type]
            tries = claimed.tries or [""] * len(claimed.ids)
            for key, record, tried in zip(claimed.ids, claimed.records, tries, strict=True):
                attempts += self._open(spec, key, reply.stamp, record, tried)
        # Told before any of them runs, since any may block the whole process.
        self._begins()
        for attempt in attempts:
            self._start(attempt)

    def _open(
        self, spec: WorkerSpec, key: str, stamp: str, record: str, tries: str
    ) -> list[Attempt]:
        """The attempt at a claimed job; none if what the store holds of it cannot be read."""
        try:
            attempt = Attempt(spec, key, stamp, record, tries, self._on_notes)
        except (ValueError, IndexError) as error:
            log.error("job %s cannot be read: %s", key, error)  # noqa: TRY400 - no news in a trace
            self._refuse(spec, key, stamp, error)
            self._free[spec.type] += 1
            return []
        self._running[key] = attempt
        return [attempt]

    def _start(self, attempt: Attempt) -> None:
        relay = None if attempt.spec.run_in == "loop" else Relay(self._loop, attempt)
        self._executor.start(attempt, attempt.open(relay))

    def _refuse(self, spec: WorkerSpec, key: str, stamp: str, error: Exception) -> None:
        empty = Attempt(spec, key, stamp, f"0 0 0 {spec.type}\n\nnull", "", self._on_notes)
        failure = JobError("BadRecord", f"what the store holds of this job cannot be read: {error}")
        self._outbox.add(empty, Failed(failure, "record"))

    def _on_notes(self, attempt: Attempt) -> None:
        self._outbox.note(attempt)
        self._wake.set()

    def _on_outcome(self, attempt: Attempt, outcome: Outcome) -> None:
        if attempt.stop is not Stop.LOST:
            self._outbox.add(attempt, outcome)
        if self._running.get(attempt.key) is attempt:
            del self._running[attempt.key]
        self._wake.set()

    def _on_left(self, attempt: Attempt) -> None:
        self._free[attempt.spec.type] += 1
        self._wake.set()
