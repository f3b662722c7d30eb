"""Every state and every verb, from the table in `model/state.py`.

An allowed pair ends in an allowed state. A forbidden one is refused in the way of its verb, and not
a key of the namespace changes but for the bookkeeping of clock and runners.
"""

import pytest

from tasuki.model.errors import JobNotFoundError
from tasuki.model.state import TRANSITIONS, State, Verb, allows
from tasuki.store.store import Store
from tests.store.actions import ACTIONS, Action, case_in
from tests.store.invariants import snapshot
from tests.store.links import RepeatingLink
from tests.support import Plain

BOOKKEEPING = ("clock", "runner")
PAIRS = [(state, action) for state in State for action in ACTIONS]
ALLOWED = [pair for pair in PAIRS if allows(pair[1].verb, pair[0])]
FORBIDDEN = [pair for pair in PAIRS if not allows(pair[1].verb, pair[0])]


def name(value: State | Action) -> str:
    return value if isinstance(value, State) else f"{value.verb} {value.name}".strip()


@pytest.mark.parametrize(("state", "action"), ALLOWED, ids=name)
async def test_an_allowed_verb_leads_where_the_table_says(
    store: Store, plain: Plain, repeating: RepeatingLink, state: State, action: Action
):
    case = await case_in(state, store, plain, repeating)
    assert (await store.reader().job(case.id)).state is state
    assert await action.act(case)
    target = action.target(state)
    if target is None:
        with pytest.raises(JobNotFoundError):
            await store.reader().job(case.id)
    else:
        assert (await store.reader().job(case.id)).state is target


@pytest.mark.parametrize(("state", "action"), FORBIDDEN, ids=name)
async def test_a_forbidden_verb_is_refused_and_changes_nothing(
    store: Store,
    plain: Plain,
    namespace: str,
    repeating: RepeatingLink,
    state: State,
    action: Action,
):
    # An active job whose time is over is let go. It comes back to `expires` when it is put back.
    passing = (*BOOKKEEPING, "expires") if action.verb is Verb.EXPIRE else BOOKKEEPING
    case = await case_in(state, store, plain, repeating)
    before = snapshot(plain, namespace, without=passing)
    assert not await action.act(case)
    assert snapshot(plain, namespace, without=passing) == before


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.verb)
def test_every_target_in_the_table_is_tried(row):
    actions = [action for action in ACTIONS if action.verb is row.verb]
    reached = {action.target(state) for state in row.sources for action in actions}
    if row.verb is not Verb.ENQUEUE:
        assert reached == (row.targets or {None})
    assert actions


@pytest.mark.parametrize("state", State)
async def test_nobody_else_can_settle_it_either(
    store: Store, plain: Plain, namespace: str, repeating: RepeatingLink, state: State
):
    case = await case_in(state, store, plain, repeating)
    other = await case_in(State.CANCELLED, store, plain, repeating)
    before = snapshot(plain, namespace, without=BOOKKEEPING)
    for action in ACTIONS:
        if action.verb in {Verb.COMPLETE, Verb.FAIL, Verb.SNOOZE, Verb.RELEASE}:
            assert not await action.act(case._replace(runner=other.runner))
    assert snapshot(plain, namespace, without=BOOKKEEPING) == before
