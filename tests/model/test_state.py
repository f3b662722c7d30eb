import pytest

from tasuki.model.state import FINISHED, SHOWN, TRANSITIONS, State, Verb, allows


def test_every_verb_has_one_row():
    assert sorted(row.verb for row in TRANSITIONS) == sorted(Verb)


def test_every_state_can_be_entered_and_left():
    targets = {state for row in TRANSITIONS for state in row.targets}
    sources = {state for row in TRANSITIONS for state in row.sources}
    assert targets == sources == set(State)


def test_finished_jobs_only_leave_by_a_person_or_by_retention():
    leaving = {row.verb for row in TRANSITIONS if row.sources.intersection(FINISHED)}
    assert leaving == {Verb.RETRY, Verb.REMOVE, Verb.PRUNE}


@pytest.mark.parametrize("state", State)
def test_finished_means_that_nothing_more_happens_by_itself(state: State):
    assert state.finished == (state in {State.COMPLETED, State.FAILED, State.CANCELLED})


def test_an_active_job_is_never_removed():
    assert not allows(Verb.REMOVE, State.ACTIVE)
    assert not allows(Verb.PRUNE, State.ACTIVE)


def test_every_state_is_shown_once():
    assert sorted(SHOWN) == sorted(State)
