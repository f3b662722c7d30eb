"""Random verbs on the real store and on the plain model, side by side.

There is no real time in it: jobs are due at once or never, a lease ends when the runner is said to
be dead, and a job expires when its record is changed to say so.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tasuki.model.errors import JobNotFoundError, LeaseLostError, StateError
from tasuki.model.state import State, Verb
from tasuki.model.update import Update
from tasuki.store.producer import Submission
from tasuki.wire.ids import decode_id, encode_id
from tests.property.model import Settle
from tests.property.side_by_side import (
    APART,
    OUTCOMES,
    SLOTS,
    TYPES,
    Call,
    Plan,
    SideBySide,
    by_type,
    report_on,
)
from tests.store.factory import FAR, held_by, new_job, run_out
from tests.store.invariants import broken
from tests.store.person import VERBS, steer

types = st.sampled_from(TYPES)
slots = st.integers(0, SLOTS - 1)
numbers = st.integers(0, 30)
priorities = st.sampled_from([-1, 0, 0.5])
new_jobs = st.tuples(
    types,
    priorities,
    st.sampled_from([0, FAR]),
    st.sampled_from([None, FAR]),
)
claims = st.sampled_from(["held", "held", "held", "claimed anew", "past"])
settles = st.tuples(numbers, st.sampled_from(sorted(OUTCOMES)), claims)


class QueueMachine(SideBySide):
    """Each rule does one thing to both, and compares the answers; then all jobs are compared."""

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
        report = report_on(said)
        demand = {type: n for type, n in (("a", a), ("b", b)) if n}
        reply = self.do(runner.exchange(report, demand))
        facts = [Settle(held.id, held.stamp, outcome) for held, outcome in said]
        wanted = self.queue.exchange(runner.id, facts, demand, reply.stamp, apart=slot == APART)
        assert self.claimed(reply) == wanted.claimed
        assert sorted(decode_id(id) for id in reply.lost) == wanted.lost
        assert sorted(decode_id(id) for id in reply.cancels) == wanted.cancels
        assert set(wanted.suspects) <= set(reply.suspects)
        self.past += held_by(reply)
        self.last[runner.id] = Call(report, demand, reply)

    @rule(slot=slots)
    def exchange_again_since_the_reply_was_lost(self, slot: int) -> None:
        runner = self.runners[slot]
        if call := self.last.get(runner.id):
            again = self.do(runner.exchange(call.report, call.demand, repeat=True))
            assert by_type(again) == by_type(call.reply)
            assert (again.stamp, again.lost) == (call.reply.stamp, call.reply.lost)
            assert sorted(map(decode_id, again.cancels)) == self.queue.cancels(runner.id)

    @rule(slot=slots)
    def heartbeat(self, slot: int) -> None:
        runner = self.runners[slot]
        cancels = self.do(runner.lease.heartbeat({"load": "1"}))
        assert sorted(map(decode_id, cancels)) == self.queue.cancels(runner.id)

    @rule(slot=slots, greedy=st.booleans(), begun=st.none() | st.integers(0, 3))
    def die(self, slot: int, *, greedy: bool, begun: int | None) -> None:
        """A runner dies, maybe of what it has just claimed; it may be known what had begun."""
        if greedy:
            self.exchange(slot, 2, 2, [])
        runner = self.replace(slot)
        ids = None if begun is None else [job.id for job in self.queue.held(runner.id)][:begun]
        keys = None if ids is None else [encode_id(id) for id in ids]
        reaped = self.do(self.maintenance.reap([runner.id], begun=keys))
        self.queue.die(runner.id, ids, apart=slot == APART)
        assert (reaped.runners, reaped.more) == ([runner.id], False)

    @rule(slot=slots, unasked=st.booleans())
    def leave(self, slot: int, *, unasked: bool) -> None:
        runner = self.replace(slot)
        if unasked:
            self.do(runner.lease.leave(unasked=True))
            self.queue.die(runner.id, None, apart=slot == APART)
        else:
            left = self.do(runner.lease.leave())
            assert left == self.queue.leave(runner.id, apart=slot == APART)

    @precondition(lambda self: self.gone)
    @rule(number=numbers, plan=st.lists(settles, max_size=3))
    def a_runner_comes_back_from_the_dead(self, number: int, plan: Plan) -> None:
        zombie = self.gone[number % len(self.gone)]
        stale = [(number, outcome, "past") for number, outcome, _ in plan]
        before = self.content()
        for attempt in (
            zombie.exchange(report_on(self.choose(zombie, stale)), {"a": 2}),
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
        verb=st.sampled_from(sorted(VERBS)),
        state=st.sampled_from([None, *State]),
        number=numbers,
    )
    def a_person_does(self, verb: Verb, state: State | None, number: int) -> None:
        pool = self.queue.of(state) if state else []
        id = pool[number % len(pool)].id if pool else number + 1
        refused = self.queue.refuses(verb, id)
        try:
            self.do(steer(self.operator, verb, id))
        except JobNotFoundError:
            assert refused == "missing"
        except StateError as error:
            assert refused == error.state  # noqa: PT017 - refused or not, as the model says
        else:
            assert refused is None
            getattr(self.queue, verb)(id)

    @rule(
        state=st.sampled_from([State.WAITING, State.SCHEDULED, *State]),
        number=numbers,
        priority=priorities,
        later=st.none() | st.booleans(),
    )
    def a_person_updates(
        self, state: State, number: int, priority: float, *, later: bool | None
    ) -> None:
        pool = self.queue.of(state)
        id = pool[number % len(pool)].id if pool else number + 1
        when = {} if later is None else {"delay": FAR if later else 0}
        refused = self.queue.refuses(Verb.UPDATE, id)
        [became] = self.do(self.operator.update([id], Update(priority=priority, **when)))
        if refused is None:
            assert became.after == self.queue.update(id, priority, later=later)
        else:
            assert became == (refused, "")

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
        run_out(self.plain, self.store, id)
        self.queue.run_out(id)
        self.past = [
            held._replace(record=held.record._replace(expires=1)) if held.id == id else held
            for held in self.past
        ]

    @rule()
    def upkeep(self) -> None:
        """No lease runs out, nothing far away becomes due, nothing is past its retention."""
        assert self.do(self.maintenance.promote()) == 0
        self.do(self.maintenance.expire())
        self.queue.expire()
        assert self.do(self.maintenance.reap()).runners == []
        assert self.do(self.maintenance.prune()) == 0

    @rule()
    def tick(self) -> None:
        """The same in one step, if it is due."""
        ticked = self.do(self.maintenance.tick())
        assert (ticked.runners, ticked.promoted, ticked.pruned) == ([], 0, 0)
        if ticked.due:
            self.queue.expire()

    @rule()
    def the_store_forgets_its_scripts(self) -> None:
        self.plain.script_flush()

    # What must always be true.

    @invariant()
    def the_keys_are_whole(self) -> None:
        assert broken(self.plain, self.namespace) == []

    @invariant()
    def every_job_is_as_the_model_says(self) -> None:
        ids = range(1, self.queue.last + 1)
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
    def what_ended_last_is_listed_first(self) -> None:
        listed = self.do(self.store.listing().page(state=State.COMPLETED, limit=1_000)).jobs
        assert {job.id for job in listed} == {job.id for job in self.queue.of(State.COMPLETED)}
        assert listed == sorted(listed, key=lambda job: (job.finished_at, job.id), reverse=True)

    @invariant()
    def what_ended_says_why(self) -> None:
        ended = self.queue.of(State.COMPLETED, State.FAILED, State.CANCELLED)
        found = self.do(self.store.reader().jobs([job.id for job in ended]))
        assert [job.reason for job in found] == [job.reason for job in ended]
