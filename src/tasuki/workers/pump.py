"""The pump: reports what has ended, claims what there is room for, and goes round.

Fast jobs batch by themselves, since outcomes pile up while an exchange is under way. A type claims
at most half of its slots at once: so while one half of the jobs runs, the exchange for the other
half is under way, and the store and the runner work at the same time.
"""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tasuki.model.errors import LayoutError, LeaseLostError, StoreError
from tasuki.model.outcome import JobError, Outcome
from tasuki.store.lease import Lease
from tasuki.store.messages import Exchanged, Report
from tasuki.telemetry.outage import OutageLog
from tasuki.wire.text import clean
from tasuki.workers.attempt import Attempt, Fetch, Host, Stop
from tasuki.workers.blackbox import BlackBox
from tasuki.workers.outbox import Outbox
from tasuki.workers.places.place import Place
from tasuki.workers.places.places import places_of
from tasuki.workers.spec import WorkerSpec
from tasuki.workers.stuck import StuckSlots
from tasuki.workers.watcher import Watcher

log = logging.getLogger("tasuki.runner")

LONGEST_WAIT = 5.0
"""A lost ring of the doorbell costs at most so many seconds."""
SLOWEST_RETRY = 2.0
APART_WAIT = 0.2
"""How often a runner that runs suspects looks for the next one."""
APART_SECONDS = 3.0
"""How long it looks in vain before it ends."""
SUSPECTS_SECONDS = 1.0
"""How often it is told at most that there are some."""

_PERMANENT = (StoreError, TypeError, ValueError, OverflowError)
"""What an exchange raises that will never go through: the store refuses it, or it has no form."""


def _is_about_the_report(error: Exception) -> bool:
    return not isinstance(error, LayoutError)


class Pump:
    """The loop between one lease and the attempts of one runner."""

    def __init__(
        self,
        lease: Lease,
        specs: Mapping[str, WorkerSpec],
        idle: Callable[[list[str]], None],
        watcher: Watcher,
        outage: OutageLog,
        *,
        box: BlackBox,
        fetch: Fetch,
        stuck: StuckSlots,
    ) -> None:
        self._lease = lease
        self._specs = specs
        self._idle = idle
        self._watcher = watcher
        self._outage = outage
        self._outbox = Outbox(lease.terms.retention)
        self._stuck = stuck
        self._running: dict[str, Attempt] = {}
        self._free = {type: spec.concurrency for type, spec in specs.items()}
        self._dry: set[str] = set()
        self._rung: set[str] = set()
        self._due: float | None = None
        self._look_at = 0.0
        self._apart = lease.terms.apart
        self._busy_at = time.monotonic()
        self._told_suspects = 0.0
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._claiming = True
        self._places: dict[str, Place[Any]] = places_of(specs)
        self._host = Host(
            loop=self._loop,
            box=box,
            fetch=fetch,
            result_limit=lease.terms.result_limit,
            settled=self._on_outcome,
            left=self._on_left,
            noted=self._on_notes,
            begins=self._tell_begins,
            stuck=stuck.add,
            thread=threading.get_ident(),
        )

    @property
    def attempts(self) -> Iterable[Attempt]:
        """The attempts that are running."""
        return self._running.values()

    @property
    def busy_until(self) -> float:
        """Monotonic time by which all running jobs should be over; 0 if one has no timeout."""
        # The heartbeat's thread asks, too: a copy does not change under its hands.
        attempts = list(self._running.values())
        ends = [end for end in (a.deadline for a in attempts) if end is not None]
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
            attempt.stop(why)
        self._wake.set()

    def cancel(self, keys: Iterable[str]) -> None:
        """Make these attempts stop, as a person asked."""
        for key in keys:
            attempt = self._running.get(key)
            if attempt is not None:
                attempt.stop(Stop.CANCEL)

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
        for place in set(self._places.values()):
            place.close()

    def _demand(self) -> list[tuple[str, int]]:
        if not self._claiming:
            return []
        specs = self._specs
        if self._apart:
            return [] if self._running else [(type, 1) for type in specs]
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
        # One that runs suspects must not take the tokens of others' jobs.
        self._idle([] if self._apart else [type for type, _ in demand])
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
        try:
            return await self._until_answered(report, demand, rung)
        except _PERMANENT as error:
            if not _is_about_the_report(error):
                raise
            log.error("a report is not taken, so it is sent in pieces: %s", error)  # noqa: TRY400
        for piece in report.pieces():
            await self._send_piece(piece)
        return await self._until_answered(Report(), demand, rung)

    async def _send_piece(self, piece: Report) -> None:
        """Say one thing. If the store never takes it, its job fails, and no other."""
        try:
            await self._until_answered(piece, [], [])
        except _PERMANENT as error:
            if not _is_about_the_report(error):
                raise
            log.error("what came of a job is not taken: %s", error)  # noqa: TRY400
            refusal = self._outbox.refused(piece, JobError("BadReport", clean(str(error))))
            await self._until_answered(refusal, [], [])

    async def _until_answered(
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
                if not error.transient:
                    raise
                self._outage.down(error)
                repeat = True
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, SLOWEST_RETRY)

    def _book(self, reply: Exchanged, demand: dict[str, int]) -> None:
        """Take note of a reply. The slots of its jobs are taken, though they have not begun."""
        now = time.monotonic()
        self._outage.up()
        self._due = now + reply.next_due / 1_000 if reply.next_due >= 0 else None
        self._look_at = now + (APART_WAIT if self._apart else LONGEST_WAIT)
        granted = {claimed.type: len(claimed.ids) for claimed in reply.claimed}
        for type, number in granted.items():
            self._free[type] -= number
        self._dry = {type for type, wanted in demand.items() if granted.get(type, 0) < wanted}
        if reply.lost:
            log.warning("%d jobs were taken back before they were settled", len(reply.lost))
        if reply.cancels:
            self.cancel(reply.cancels)
        if self._apart:
            self._look_out(now, busy=bool(reply.claimed or self._running))
            # At once, since the next exchange must not claim another one beside it.
            self._begin(reply)
            reply.claimed.clear()
        elif reply.suspects:
            self._tell_suspects(now, reply.suspects)

    def _look_out(self, now: float, *, busy: bool) -> None:
        """A runner that runs suspects is needed only as long as there are any."""
        if busy:
            self._busy_at = now
        elif now - self._busy_at > APART_SECONDS:
            self.drain()

    def _tell_suspects(self, now: float, types: list[str]) -> None:
        if now - self._told_suspects > SUSPECTS_SECONDS and not self._specs.keys().isdisjoint(
            types
        ):
            self._told_suspects = now
            self._watcher.suspects(len(types))

    def _begin(self, reply: Exchanged) -> None:
        attempts: list[Attempt] = []
        for claimed in reply.claimed:
            spec, place = self._specs[claimed.type], self._places[claimed.type]
            tries = claimed.tries or [""] * len(claimed.ids)
            attempts += [
                Attempt(self._host, place, spec, key, reply.stamp, record, tried)
                for key, record, tried in zip(claimed.ids, claimed.records, tries, strict=True)
            ]
        for attempt in attempts:
            self._running[attempt.key] = attempt
        # Told before any of them runs, since any may block the whole process.
        self._tell_begins()
        for attempt in attempts:
            attempt.start()

    def _tell_begins(self) -> None:
        self._watcher.begins(self.busy_until)

    def _on_notes(self, attempt: Attempt) -> None:
        self._outbox.note(attempt)
        self._wake.set()

    def _on_outcome(self, attempt: Attempt, outcome: Outcome) -> None:
        if self._running.get(attempt.key) is attempt:
            del self._running[attempt.key]
        self._wake.set()
        if attempt.stopping is not Stop.LOST:
            self._outbox.add(attempt, outcome)

    def _on_left(self, attempt: Attempt) -> None:
        self._stuck.remove(attempt)
        self._free[attempt.spec.type] += 1
        self._wake.set()
