import re
from pathlib import Path

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


PACKAGE = Path(__file__).parents[2] / "src" / "tasuki"
NAMES = "|".join(State)
NAMED = rf"""['"](?:{NAMES})['"]|State\.(?:{NAMES.upper()})\b"""
LIST = re.compile(rf"(?:(?:{NAMED})[\s,]+){{2}}(?:{NAMED})")


def test_nothing_else_lists_states():
    files = (file for kind in ("py", "lua", "js") for file in PACKAGE.rglob(f"*.{kind}"))
    listing = {str(file.relative_to(PACKAGE)) for file in files if LIST.search(file.read_text())}
    assert listing == {"model/state.py", "store/lua/lib/states.lua"}


def test_what_a_state_costs_is_said_and_there():
    text = (PACKAGE.parents[1] / "CONTRIBUTING.md").read_text()
    section = text.partition("\n## A new state\n")[2].partition("\n## ")[0]
    costs = re.findall(r"^\| `(.*?)` \|", section, re.MULTILINE)
    assert 0 < len(costs) <= 5
    assert [cost for cost in costs if not (PACKAGE / cost).is_file()] == []
