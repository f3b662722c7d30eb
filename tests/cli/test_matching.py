"""Steering all jobs that have something in common. No runner runs here."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.program import Program

ACTIONS = ("retry", "cancel", "promote", "rm")


def enqueue(tasuki: Program, number: int, *arguments: str) -> None:
    for _ in range(number):
        tasuki("enqueue", *arguments).ok()


def ids(tasuki: Program, *arguments: str) -> list[str]:
    return tasuki("jobs", "--ids", "--all", *arguments).ok().out.split()


def test_jobs_are_steered_by_what_they_have_in_common(tasuki: Program):
    enqueue(tasuki, 2, "email", "--tag", "vip")
    enqueue(tasuki, 1, "email", "--delay", "1h")
    enqueue(tasuki, 1, "resize")
    assert tasuki("promote", "--type", "email").ok().out == "1 job waits to run\n"
    assert tasuki("cancel", "--tag", "vip").ok().out == "2 jobs cancelled\n"
    assert ids(tasuki, "--state", "waiting") == ["3", "4"]
    assert tasuki("retry", "--state", "cancelled").ok().out == "2 jobs wait to run again\n"
    assert tasuki("rm", "--type", "email").ok().out == "3 jobs removed\n"
    assert ids(tasuki) == ["4"]


def test_a_dry_run_counts_and_changes_nothing(tasuki: Program):
    enqueue(tasuki, 2, "email")
    assert (
        tasuki("cancel", "--type", "email", "--dry-run").ok().out == "2 jobs would be cancelled\n"
    )
    assert tasuki("rm", "--type", "email", "--dry-run").ok().out == "2 jobs would be removed\n"
    assert ids(tasuki, "--state", "waiting") == ["1", "2"]


def test_times_are_told_with_or_without_a_zone(tasuki: Program):
    enqueue(tasuki, 1, "email")
    later = datetime.now(UTC) + timedelta(minutes=1)
    for moment in (later.isoformat(), later.astimezone().replace(tzinfo=None).isoformat()):
        assert tasuki("cancel", "--created-after", moment, code=0).err == "no such jobs\n"
        counted = tasuki("cancel", "--created-before", moment, "--dry-run").ok().out
        assert counted == "1 job would be cancelled\n"
    assert "must be a time such as" in tasuki("rm", "--created-before", "noon", code=2).err


def test_as_json(tasuki: Program):
    enqueue(tasuki, 1, "email")
    zeros = {"done": 0, "cancelling": 0, "not_allowed": 0, "missing": 0}
    for done in (1, 0):
        shown = tasuki("cancel", "--type", "email", "--json").ok().json
        assert shown == {"counts": zeros | {"done": done}, "partial": False}


def test_what_matches_nothing_is_no_failure(tasuki: Program):
    for action in ACTIONS:
        result = tasuki(action, "--type", "unheard of", code=0)
        assert (result.out, result.err) == ("", "no such jobs\n")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name some jobs, or say what they have in common, as by --state."),
        (["--dry-run"], "name some jobs, or say what they have in common, as by --state."),
        (["1", "--type", "email"], "name the jobs, or say what they have in common, not both."),
        (["1", "--dry-run"], "name the jobs, or say what they have in common, not both."),
        (["--state", "done"], "'done' is not one of 'scheduled', 'waiting', "),
        (["--type", ""], "type: must not be empty"),
        (["--error", "a\nb"], "error: must not contain control characters"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(
    tasuki: Program, action: str, arguments: list[str], says: str
):
    enqueue(tasuki, 1, "email")
    result = tasuki(action, *arguments, code=2)
    assert says in result.err
    assert result.out == ""
    assert ids(tasuki, "--state", "waiting") == ["1"]


def test_a_state_that_cannot_be_steered_so_is_refused(tasuki: Program):
    refused = tasuki("retry", "--state", "waiting", code=2)
    assert refused.err == (
        "tasuki: filter: leaves out all jobs that one can retry: they are failed, completed,"
        " cancelled\n"
    )
    assert refused.out == ""


def test_a_terminal_shows_how_far_it_is(tasuki: Program):
    tasuki("enqueue", "email").ok()
    with tasuki.on_terminal("cancel", "--type", "email") as terminal:
        terminal.says("Cancelling")
        terminal.says("1 job cancelled")
        assert terminal.wait() == 0
    assert json.loads(tasuki("show", "1", "--json").ok().out)["state"] == "cancelled"
