"""Random verbs on the real store and on the plain model, side by side.

There is no real time in it: jobs are due at once or never, a lease ends when the runner is said to
be dead, and a job expires when its record is changed to say so.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tasuki.model.errors import JobNotFoundError, LeaseLostError, StateError
from tasuki.model.state import State, Verb
from tasuki.store.lease import Lease, LeaseTerms
from tasuki.store.messages import Exchanged, Report
from tasuki.store.operator import Operator
from tasuki.store.producer import Producer, Submission
from tasuki.store.store import Store
from tasuki.wire.ids import decode_id, encode_id
from tasuki.wire.record import Tries
from tests.property.model import MAX_CRASHES, Job, Queue, Settle
from tests.store.factory import (
    FAR,
    Held,
    Runner,
    cancelled,
    completed,
    failed,
    held_by,
    merged,
    new_job,
    released,
    report_of,
    retried,
    snoozed,
)
from tests.store.invariants import broken, snapshot
from tests.store.links import RepeatingLink
from tests.support import Plain

T = TypeVar("T")

TYPES = ("a", "b")
SLOTS = 2
OUTCOMES: dict[str, Callable[[Held], Report]] = {
    "completed": completed,
    "failed": failed,
    "cancelled": cancelled,
    "retried": retried,
    "retried at once": lambda held: retried(held, delay=0),
    "snoozed": snoozed,
    "released": released,
}
PERSONS: dict[Verb, Callable[[Operator, int], Awaitable[State]]] = {
    Verb.PROMOTE: Operator.promote,
    Verb.CANCEL: Operator.cancel,
    Verb.RETRY: Operator.retry,
    Verb.REMOVE: Operator.remove,
}

types = st.sampled_from(TYPES)
slots = st.integers(0, SLOTS - 1)
numbers = st.integers(0, 30)
new_jobs = st.tuples(
    types,
    st.sampled_from([-1, 0, 0.5]),
    st.sampled_from([0, FAR]),
    st.sampled_from([None, FAR]),
)
claims = st.sampled_from(["held", "held", "held", "claimed anew", "past"])
settles = st.tuples(numbers, st.sampled_from(sorted(OUTCOMES)), st.booleans(), claims)
Plan = list[tuple[int, str, bool, str]]


def by_type(reply: Exchanged) -> dict[str, list[tuple[int, Tries]]]:
    """What was claimed. The types have no order; the jobs of each have one."""
    return {
        group.type: [(held.id, held.tries) for held in held_by(reply) if held.type == group.type]
        for group in reply.claimed
    }


class Call(NamedTuple):
    """An exchange, kept so that it can be sent again."""

    report: Report
    demand: dict[str, int]
    suspect: bool
    reply: Exchanged


class QueueMachine(RuleBasedStateMachine):
    """Each rule does one thing to both, and compares the answers; then all jobs are compared."""

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
        self.runners = [self.new_runner() for _ in range(SLOTS)]
        self.gone: list[Runner] = []
        self.past: list[Held] = []
        self.last: dict[str, Call] = {}

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(step)

    def new_runner(self) -> Runner:
        lease = Lease(self.pump, self.terms)
        self.do(lease.register({"host": "test"}, [(type, "{}") for type in TYPES]))
        return Runner(lease)

    def teardown(self) -> None:
        self.do(self.sending.close())
        self.do(self.store.close())
        self.loop.close()
        keys = list(self.plain.scan_iter(match=f"{{{self.namespace}:*", count=1_000))
        if keys:
            self.plain.unlink(*keys)

    # What producers do.

    @initialize(jobs=st.lists(new_jobs, min_size=4, max_size=8))
    def begin(self, jobs: list[tuple[str, float, float, float | None]]) -> None:
        self.enqueue(jobs)

    @rule(jobs=st.lists(new_jobs, min_size=1, max_size=4))
    def enqueue(self, jobs: list[tuple[str, float, float, float | None]]) -> None:
        made = [
            new_job(type, priority=priority, delay=delay, expires=expires)
            for type, priority, delay, expires in jobs
        ]
        wanted = [
            self.queue.enqueue(type, priority, later=delay > 0, expires=expires is not None)
            for type, priority, delay, expires in jobs
        ]
        assert self.do(self.producer.enqueue([Submission(made)])) == [wanted]

    @precondition(lambda self: self.queue.jobs)
    @rule()
    def enqueue_again_since_the_reply_was_lost(self) -> None:
        assert self.do(self.sending.send_again()) == self.sending.reply

    # What runners do.

    @rule(
        slot=slots,
        a=st.integers(0, 3),
        b=st.integers(0, 3),
        plan=st.lists(settles, max_size=4),
        cancelled=st.none() | numbers,
    )
    def exchange(self, slot: int, a: int, b: int, plan: Plan, cancelled: int | None = None) -> None:
        """A runner settles and claims; just before, a person may have cancelled a job of it."""
        runner = self.runners[slot]
        held = self.queue.held(runner.id)
        if cancelled is not None and held:
            self.a_person_cancels(held[cancelled % len(held)].id)
        said = self.choose(runner, plan)
        reports = [
            OUTCOMES[outcome](held) if keep or outcome != "completed" else completed(held, keep=0)
            for held, outcome, keep in said
        ]
        report = merged(*reports) if reports else report_of()
        demand = {type: n for type, n in (("a", a), ("b", b)) if n}
        settled = {(held.id, held.stamp) for held, _, _ in said}
        suspect = any(
            job.last_chance
            for job in self.queue.held(runner.id)
            if (job.id, job.stamp) not in settled
        )
        reply = self.do(runner.exchange(report, demand, suspect=suspect))
        facts = [Settle(held.id, held.stamp, outcome, keep) for held, outcome, keep in said]
        wanted = self.queue.exchange(runner.id, facts, demand, reply.stamp)
        assert self.claimed(reply) == wanted.claimed
        assert sorted(decode_id(id) for id in reply.lost) == wanted.lost
        assert sorted(decode_id(id) for id in reply.cancels) == wanted.cancels
        assert sorted(reply.held_back) == wanted.held_back
        self.past += held_by(reply)
        self.last[runner.id] = Call(report, demand, suspect, reply)

    def choose(self, runner: Runner, plan: Plan) -> list[tuple[Held, str, bool]]:
        """Claims to settle, each with its outcome: those that the runner holds, or stale ones."""
        stamps = {job.id: job.stamp for job in self.queue.held(runner.id)}
        pools: dict[str, list[Held]] = {"held": [], "claimed anew": [], "past": []}
        for held in self.past:
            now = stamps.get(held.id)
            pools["held" if now == held.stamp else "claimed anew" if now else "past"].append(held)
        chosen: dict[tuple[int, str], tuple[Held, str, bool]] = {}
        for number, outcome, keep, which in plan:
            if pool := pools[which]:
                held = pool[number % len(pool)]
                chosen[held.id, held.stamp] = (held, outcome, keep)
        return list(chosen.values())

    def claimed(self, reply: Exchanged) -> dict[str, list[int]]:
        for held in held_by(reply):
            assert held.tries.made == self.queue.jobs[held.id].made
            assert held.tries.crashes == self.queue.jobs[held.id].crashes
        return {group.type: [decode_id(id) for id in group.ids] for group in reply.claimed}

    @rule(slot=slots)
    def exchange_again_since_the_reply_was_lost(self, slot: int) -> None:
        runner = self.runners[slot]
        if call := self.last.get(runner.id):
            again = self.do(
                runner.exchange(call.report, call.demand, suspect=call.suspect, repeat=True)
            )
            assert by_type(again) == by_type(call.reply)
            assert (again.stamp, again.lost) == (call.reply.stamp, call.reply.lost)
            assert sorted(map(decode_id, again.cancels)) == self.queue.cancels(runner.id)

    @rule(slot=slots)
    def heartbeat(self, slot: int) -> None:
        runner = self.runners[slot]
        cancels = self.do(runner.lease.heartbeat({"load": "1"}))
        assert sorted(map(decode_id, cancels)) == self.queue.cancels(runner.id)

    @rule(slot=slots, greedy=st.booleans())
    def die(self, slot: int, *, greedy: bool) -> None:
        """A runner dies, maybe of what it has just claimed."""
        if greedy:
            self.exchange(slot, 2, 2, [])
        runner = self.replace(slot)
        reaped = self.do(self.maintenance.reap([runner.id]))
        self.queue.reap(runner.id)
        assert (reaped.runners, reaped.more) == ([runner.id], False)

    @rule(slot=slots)
    def leave(self, slot: int) -> None:
        runner = self.replace(slot)
        assert self.do(runner.lease.leave()) == self.queue.leave(runner.id)

    def replace(self, slot: int) -> Runner:
        runner, self.runners[slot] = self.runners[slot], self.new_runner()
        self.gone.append(runner)
        return runner

    @precondition(lambda self: self.gone)
    @rule(number=numbers, plan=st.lists(settles, max_size=3))
    def a_runner_comes_back_from_the_dead(self, number: int, plan: Plan) -> None:
        zombie = self.gone[number % len(self.gone)]
        stale = [(n, outcome, keep, "past") for n, outcome, keep, _ in plan]
        reports = [OUTCOMES[outcome](held) for held, outcome, _ in self.choose(zombie, stale)]
        before = self.content()
        for attempt in (
            zombie.exchange(merged(*reports) if reports else report_of(), {"a": 2}),
            zombie.lease.heartbeat({"load": "9"}),
        ):
            try:
                self.do(attempt)
            except LeaseLostError:
                continue
            raise AssertionError("a runner that was reaped has its lease again")
        assert self.content() == before

    # What people do, and what happens by itself.

    @rule(
        verb=st.sampled_from(sorted(PERSONS)),
        state=st.sampled_from([None, *State]),
        number=numbers,
    )
    def a_person_does(self, verb: Verb, state: State | None, number: int) -> None:
        pool = self.queue.of(state) if state else []
        id = pool[number % len(pool)].id if pool else number + 1
        refused = self.queue.refuses(verb, id)
        try:
            self.do(self.person(verb, id))
        except JobNotFoundError:
            assert refused == "missing"
        except StateError as error:
            assert refused == error.state
        else:
            assert refused is None
            getattr(self.queue, verb)(id)

    def a_person_cancels(self, id: int) -> None:
        assert self.do(self.person(Verb.CANCEL, id)) is None
        self.queue.cancel(id)

    async def person(self, verb: Verb, id: int) -> None:
        await PERSONS[verb](self.operator, id)

    @rule(type=types, pause=st.booleans())
    def pause_or_resume(self, type: str, *, pause: bool) -> None:
        changed = self.do(self.operator.pause(type) if pause else self.operator.resume(type))
        assert changed == (pause != (type in self.queue.paused))
        (self.queue.paused.add if pause else self.queue.paused.discard)(type)

    @precondition(lambda self: self.mortal())
    @rule(number=numbers)
    def the_time_of_a_job_runs_out(self, number: int) -> None:
        jobs = self.mortal()
        id = jobs[number % len(jobs)].id
        name, key = encode_id(id), self.store.keyspace.key
        created, _, rest = (self.plain.hget(key("jobs"), name) or "").split(" ", 2)
        self.plain.hset(key("jobs"), name, f"{created} 1 {rest}")
        self.plain.zadd(key("expires"), {name: 1}, xx=True)
        self.queue.run_out(id)
        self.past = [
            held._replace(record=held.record._replace(expires=1)) if held.id == id else held
            for held in self.past
        ]

    def mortal(self) -> list[Job]:
        return [job for job in self.queue.jobs.values() if job.expires and not job.overdue]

    @rule()
    def upkeep(self) -> None:
        """No lease runs out, nothing far away becomes due, nothing is past its retention."""
        assert self.do(self.maintenance.promote()) == 0
        self.do(self.maintenance.expire())
        self.queue.expire()
        assert self.do(self.maintenance.reap()).runners == []
        assert self.do(self.maintenance.prune(TYPES)) == 0

    @rule()
    def the_store_forgets_its_scripts(self) -> None:
        self.plain.script_flush()

    # What must always be true.

    def content(self) -> Any:
        return snapshot(self.plain, self.namespace)

    @invariant()
    def the_keys_are_whole(self) -> None:
        assert broken(self.plain, self.namespace) == []

    @invariant()
    def every_job_is_as_the_model_says(self) -> None:
        ids = range(1, max(self.queue.jobs, default=0) + 1)
        found = {
            job.id: (job.type, job.state, job.attempts.made, job.crashes, job.runner)
            for job in self.do(self.store.reader().jobs(ids))
        }
        active = State.ACTIVE
        assert found == {
            job.id: (job.type, job.state, job.made + (job.state is active), job.crashes, job.runner)
            for job in self.queue.jobs.values()
        }

    @invariant()
    def what_ended_says_why(self) -> None:
        ended = self.queue.of(State.COMPLETED, State.FAILED, State.CANCELLED)
        found = self.do(self.store.reader().jobs([job.id for job in ended]))
        assert [job.reason for job in found] == [job.reason for job in ended]
