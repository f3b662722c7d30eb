"""The attempts that a runner has started: begins them, knows them, stops them."""

import asyncio
import threading
import time
from collections.abc import Iterable, Mapping

from tasuki.model.outcome import Outcome
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.messages import Exchanged
from tasuki.telemetry.events import AttemptEnded, Listeners
from tasuki.workers.attempt.attempt import Attempt, Host
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.fetching import Fetch
from tasuki.workers.attempt.outbox import Outbox
from tasuki.workers.attempt.stop import Stop
from tasuki.workers.attempt.timeouts import Timeouts
from tasuki.workers.places.places import Places
from tasuki.workers.runner.ahead import Ahead
from tasuki.workers.runner.slots import Slots
from tasuki.workers.runner.stuck import StuckSlots
from tasuki.workers.spec import WorkerSpec
from tasuki.workers.watcher import Watcher


class Crew:
    """What runs, or waits in line, under one lease.

    What an attempt comes to goes into `outbox`, its slot back to `slots`; `changed` is set then.
    """

    def __init__(
        self,
        specs: Mapping[str, WorkerSpec],
        slots: Slots,
        terms: LeaseTerms,
        watcher: Watcher,
        *,
        box: BlackBox,
        fetch: Fetch,
        stuck: StuckSlots,
        listeners: Listeners,
    ) -> None:
        self.outbox = Outbox(box)
        self.changed = asyncio.Event()
        self._specs = specs
        self._slots = slots
        self._watcher = watcher
        self._stuck = stuck
        self._listeners = listeners
        self._running: dict[str, Attempt] = {}
        self._places = Places(specs)
        self._ahead = Ahead(self._places, slots.stall)
        loop = asyncio.get_running_loop()
        self._timeouts = Timeouts(loop)
        self._host = Host(
            loop=loop,
            box=box,
            timeouts=self._timeouts,
            fetch=fetch,
            result_limit=terms.result_limit,
            settled=self._on_outcome,
            left=self._on_left,
            noted=self._on_notes,
            begins=self._tell_begins,
            stuck=stuck.add,
            thread=threading.get_ident(),
        )

    def __bool__(self) -> bool:
        return bool(self._running)

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts that run or wait in line."""
        # Other threads ask, too: a copy does not change under their hands.
        return list(self._running.values())

    @property
    def busy_until(self) -> float:
        """Monotonic time by which all of them should be over; 0 if one has no timeout."""
        last = 0.0
        for attempt in self.attempts:
            end = attempt.deadline
            if end is None:
                return 0.0
            last = max(last, end)
        return last

    @property
    def load(self) -> dict[str, str]:
        """What people should see of it: how many attempts run, and how many are stuck."""
        running = sum(attempt.begun for attempt in self.attempts)
        return {"running": str(running), "stuck": str(len(self._stuck))}

    def begin(self, reply: Exchanged) -> None:
        """Start what was claimed. What finds no slot waits in line, but not for long."""
        attempts: list[Attempt] = []
        for claimed in reply.claimed:
            spec, place = self._specs[claimed.type], self._places[claimed.type]
            tries = claimed.tries or [""] * len(claimed.ids)
            attempts += [
                Attempt(self._host, place, spec, ref, reply.stamp, record, tried)
                for ref, record, tried in zip(claimed.ids, claimed.records, tries, strict=True)
            ]
        for attempt in attempts:
            self._running[attempt.ref] = attempt
        # Told before any of them runs, since any may block the whole process.
        self._tell_begins()
        for attempt in attempts:
            attempt.start()
        self._ahead.watch()

    def give_back(self) -> None:
        """Give back all that waits in line."""
        self._ahead.give_back()

    def stop(self, why: Stop, refs: Iterable[str] | None = None) -> None:
        """Make attempts stop: those with these refs, or all."""
        for ref in list(self._running) if refs is None else refs:
            attempt = self._running.get(ref)
            if attempt is not None:
                attempt.stop(why)
        self.changed.set()

    def stop_soon(self, why: Stop, keys: Iterable[str]) -> None:
        """Make attempts stop, in any thread."""
        self._host.loop.call_soon_threadsafe(self.stop, why, keys)

    async def wait_empty(self, seconds: float) -> None:
        """Wait until nothing is left, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Let go of what is idle."""
        self._ahead.close()
        self._timeouts.close()
        self._places.close()

    def _tell_begins(self) -> None:
        self._watcher.begins(self.busy_until)

    def _on_notes(self, attempt: Attempt) -> None:
        self.outbox.note(attempt)
        self.changed.set()

    def _on_outcome(self, attempt: Attempt, outcome: Outcome) -> None:
        if self._running.get(attempt.ref) is attempt:
            del self._running[attempt.ref]
        self.changed.set()
        if attempt.stopping is not Stop.LOST:
            self.outbox.add(attempt, outcome)
        if AttemptEnded in self._listeners:
            self._listeners.tell(_ended(attempt, outcome))

    def _on_left(self, attempt: Attempt) -> None:
        self.outbox.forget(attempt)
        self._stuck.remove(attempt)
        ran = time.monotonic() - attempt.started if attempt.begun else None
        self._slots.leave(attempt.type, ran)
        self.changed.set()


def _ended(attempt: Attempt, outcome: Outcome) -> AttemptEnded:
    word = "lost" if attempt.stopping is Stop.LOST else type(outcome).__name__.lower()
    seconds = time.monotonic() - attempt.started if attempt.begun else 0.0
    return AttemptEnded(attempt.type, word, seconds, attempt.number)
