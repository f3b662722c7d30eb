"""Every verb as something that can be tried on a job in any state."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import msgspec

from tasuki.model.errors import StateError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import FINISHED, State, Verb
from tasuki.model.update import Update
from tasuki.store.messages import Report
from tasuki.store.producer import Producer, Submission
from tasuki.store.store import Store
from tasuki.wire.ids import encode_id
from tests.store.factory import (
    FAR,
    Held,
    Runner,
    cancelled,
    completed,
    failed,
    new_job,
    released,
    retried,
    runner,
    snoozed,
)
from tests.store.links import RepeatingLink
from tests.store.person import steer
from tests.support import Plain

EVERYTHING_BUT_TIMES = Update(
    priority="high", data=msgspec.Raw(b'{"new":true}'), tags=["new"], expires=None
)


class Case(NamedTuple):
    """A job in some state, and the runner that holds it or has held it last."""

    store: Store
    plain: Plain
    sending: RepeatingLink
    id: int
    runner: Runner
    held: Held

    def age(self, key: str) -> None:
        """Put the job's time in a sorted set far into the past, if it stands there."""
        self.plain.zadd(self.store.keyspace.key(key), {encode_id(self.id): 1}, xx=True)


LEAVING: dict[State, Callable[[Held], Report]] = {
    State.WAITING: released,
    State.SCHEDULED: retried,
    State.COMPLETED: completed,
    State.FAILED: failed,
    State.CANCELLED: cancelled,
}


async def case_in(state: State, store: Store, plain: Plain, sending: RepeatingLink) -> Case:
    """A job that has been active before, and is now in this state."""
    [ids] = await Producer(sending).enqueue([Submission([new_job(expires=FAR)])])
    assert isinstance(ids, list)
    someone = await runner(store)
    held = await someone.claim_one()
    if state is not State.ACTIVE:
        assert await someone.settle(LEAVING[state](held)) == []
    return Case(store, plain, sending, held.id, someone, held)


class Action(NamedTuple):
    """One way to do a verb. `act` tells whether anything was done."""

    verb: Verb
    name: str
    act: Callable[[Case], Awaitable[bool]]
    leads_to: State | Mapping[State, State] | None

    def target(self, source: State) -> State | None:
        """Where a job goes by it, from where it is allowed; None: it is gone."""
        leads_to = self.leads_to
        return leads_to[source] if isinstance(leads_to, Mapping) else leads_to


def settling(verb: Verb, report: Callable[[Held], Report], leads_to: State) -> Action:
    async def act(case: Case) -> bool:
        lost = await case.runner.settle(report(case.held))
        assert lost in ([], [case.id])
        return not lost

    return Action(verb, getattr(report, "__name__", ""), act, leads_to)


def by_a_person(verb: Verb, leads_to: State | Mapping[State, State] | None) -> Action:
    async def judged(case: Case) -> bool:
        try:
            await steer(case.store.operator(), verb, case.id)
        except StateError as error:
            return (error.id, error.verb) != (case.id, verb)
        return True

    return Action(verb, "", judged, leads_to)


async def enqueue_again(case: Case) -> bool:
    """The reply to the first call was lost. There is no other way to enqueue a job twice."""
    return await case.sending.send_again() != case.sending.reply


async def promote_when_due(case: Case) -> bool:
    case.age("due")
    return await case.store.maintenance().promote() == 1


async def claim(case: Case) -> bool:
    return bool(await (await runner(case.store)).claim())


async def reap(case: Case) -> bool:
    reaped = await case.store.maintenance().reap([case.runner.id])
    return reaped.requeued == 1


async def reap_once_too_often(case: Case) -> bool:
    maintenance = case.store.maintenance(LeaseTerms(max_crashes=1))
    return (await maintenance.reap([case.runner.id])).failed == 1


async def reap_when_told_to_stop(case: Case) -> bool:
    """Of a finished or waiting job nobody is told anything: then it is a plain reap."""
    if (await case.store.reader().job(case.id)).state is State.ACTIVE:
        await case.store.operator().cancel([case.id])
    return (await case.store.maintenance().reap([case.runner.id])).cancelled == 1


async def expire(case: Case) -> bool:
    case.age("expires")
    before = (await case.store.reader().job(case.id)).state
    await case.store.maintenance().expire()
    return (await case.store.reader().job(case.id)).state != before


async def prune(case: Case) -> bool:
    for state in FINISHED:
        case.age(f"done:{state}:email")
        case.plain.zadd(case.store.keyspace.key("ripe"), {f"{state}:email": 1}, xx=True)
    return await case.store.maintenance().prune() == 1


def updating(name: str, update: Update, leads_to: State | Mapping[State, State]) -> Action:
    async def act(case: Case) -> bool:
        [became] = await case.store.operator().update([case.id], update)
        return bool(became.after)

    return Action(Verb.UPDATE, name, act, leads_to)


_W, _S, _A, _C = State.WAITING, State.SCHEDULED, State.ACTIVE, State.CANCELLED

ACTIONS: tuple[Action, ...] = (
    Action(Verb.ENQUEUE, "again", enqueue_again, None),
    by_a_person(Verb.PROMOTE, _W),
    Action(Verb.PROMOTE, "when due", promote_when_due, _W),
    Action(Verb.CLAIM, "", claim, _A),
    settling(Verb.COMPLETE, completed, State.COMPLETED),
    settling(Verb.FAIL, failed, State.FAILED),
    settling(Verb.FAIL, retried, _S),
    settling(Verb.SNOOZE, snoozed, _S),
    settling(Verb.RELEASE, released, _W),
    Action(Verb.REAP, "", reap, _W),
    Action(Verb.REAP, "once too often", reap_once_too_often, State.FAILED),
    Action(Verb.REAP, "when told to stop", reap_when_told_to_stop, _C),
    by_a_person(Verb.CANCEL, {_W: _C, _S: _C, _A: _A}),
    Action(Verb.EXPIRE, "", expire, _C),
    by_a_person(Verb.RETRY, _W),
    updating("", EVERYTHING_BUT_TIMES, {_W: _W, _S: _S}),
    updating("until later", Update(delay=FAR), _S),
    updating("until now", Update(run_at=None), _W),
    by_a_person(Verb.REMOVE, None),
    Action(Verb.PRUNE, "", prune, None),
)
