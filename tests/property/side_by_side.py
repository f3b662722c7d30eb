"""The real store and the plain model, side by side, and what the rules need to work on both."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, TypeVar

import msgspec
from hypothesis.stateful import RuleBasedStateMachine

from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import Verb
from tasuki.store.doctor.doctor import Doctor
from tasuki.store.lease import Lease
from tasuki.store.messages import Exchanged, Report
from tasuki.store.producer import Producer
from tasuki.store.store import Store
from tasuki.wire.ids import decode_id
from tasuki.wire.record import Tries
from tests.property.model import MAX_CRASHES, Job, Queue
from tests.store.factory import (
    FAR,
    Held,
    Runner,
    cancelled,
    completed,
    failed,
    held_by,
    merged,
    released,
    report_of,
    retried,
    snoozed,
)
from tests.store.invariants import snapshot
from tests.store.links import RepeatingLink
from tests.store.person import steer
from tests.support import Plain

T = TypeVar("T")

TYPES = ("a", "b")
SLOTS = 3
APART = 2
"""The slot of the runner that runs suspects."""
OUTCOMES: dict[str, Callable[[Held], Report]] = {
    "completed": completed,
    "completed and not kept": lambda held: completed(held, keep=0),
    "completed and kept for long": lambda held: completed(held, keep=FAR),
    "failed": failed,
    "cancelled": cancelled,
    "retried": retried,
    "retried at once": lambda held: retried(held, delay=0),
    "snoozed": snoozed,
    "released": released,
}

Plan = list[tuple[int, str, str]]
"""What to settle: the number of a claim, the outcome, and among which claims to count."""


class Call(NamedTuple):
    """An exchange, kept so that it can be sent again."""

    report: Report
    demand: dict[str, int]
    reply: Exchanged


def by_type(reply: Exchanged) -> dict[str, list[tuple[int, Tries]]]:
    """What was claimed. The types have no order; the jobs of each have one."""
    return {
        group.type: [(held.id, held.tries) for held in held_by(reply) if held.type == group.type]
        for group in reply.claimed
    }


def report_on(said: list[tuple[Held, str]]) -> Report:
    """One report on all of these."""
    return merged(*(OUTCOMES[outcome](held) for held, outcome in said)) if said else report_of()


class SideBySide(RuleBasedStateMachine):
    """Both, empty at the start, with as many runners as there are slots."""

    def __init__(self, url: str, plain: Plain) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.plain = plain
        self.namespace = f"p{secrets.token_hex(5)}"
        self.store = Store(url, namespace=self.namespace)
        self.sending = RepeatingLink(self.store.address, self.store.keyspace, "producer")
        self.producer = Producer(self.sending)
        self.operator = self.store.operator()
        self.terms = LeaseTerms(max_crashes=MAX_CRASHES)
        self.maintenance = self.store.maintenance(self.terms)
        self.pump = self.store.link("pump")
        self.queue = Queue()
        self.runners = [self.new_runner(slot) for slot in range(SLOTS)]
        self.gone: list[Runner] = []
        self.past: list[Held] = []
        self.last: dict[str, Call] = {}

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(step)

    def new_runner(self, slot: int) -> Runner:
        terms = msgspec.structs.replace(self.terms, apart=slot == APART)
        lease = Lease(self.pump, terms)
        self.do(lease.register({"host": "test"}, [(type, "{}") for type in TYPES]))
        return Runner(lease)

    def teardown(self) -> None:
        try:
            assert self.do(Doctor(self.store).examine()) == []
        finally:
            self.do(self.sending.close())
            self.do(self.store.close())
            self.loop.close()
            keys = list(self.plain.scan_iter(match=f"{{{self.namespace}:*", count=1_000))
            if keys:
                self.plain.unlink(*keys)

    def choose(self, runner: Runner, plan: Plan) -> list[tuple[Held, str]]:
        """Claims to settle, each with its outcome: those that the runner holds, or stale ones."""
        stamps = {job.id: job.stamp for job in self.queue.held(runner.id)}
        pools: dict[str, list[Held]] = {"held": [], "claimed anew": [], "past": []}
        for held in self.past:
            now = stamps.get(held.id)
            pools["held" if now == held.stamp else "claimed anew" if now else "past"].append(held)
        chosen: dict[tuple[int, str], tuple[Held, str]] = {}
        for number, outcome, which in plan:
            if pool := pools[which]:
                held = pool[number % len(pool)]
                chosen[held.id, held.stamp] = (held, outcome)
        return list(chosen.values())

    def claimed(self, reply: Exchanged) -> dict[str, list[int]]:
        for held in held_by(reply):
            assert held.tries.made == self.queue.jobs[held.id].made
            assert held.tries.crashes == self.queue.jobs[held.id].crashes
        return {group.type: [decode_id(id) for id in group.ids] for group in reply.claimed}

    def replace(self, slot: int) -> Runner:
        runner, self.runners[slot] = self.runners[slot], self.new_runner(slot)
        self.gone.append(runner)
        return runner

    def a_person_cancels(self, id: int) -> None:
        assert self.do(steer(self.operator, Verb.CANCEL, id)) is None
        self.queue.cancel(id)

    def mortal(self) -> list[Job]:
        return [job for job in self.queue.jobs.values() if job.expires and not job.overdue]

    def content(self) -> Any:
        return snapshot(self.plain, self.namespace)
