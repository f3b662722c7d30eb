"""What the attempts of a runner have come to, in reports."""

from typing import Any

import pytest

from tasuki import Job, Worker
from tasuki.model.outcome import Cancelled, Completed, Failed, JobError, Released, Retried, Snoozed
from tasuki.model.state import State
from tasuki.workers.attempt import outbox
from tasuki.workers.attempt.attempt import Attempt
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.claim import Claim
from tasuki.workers.attempt.outbox import Outbox
from tasuki.workers.spec import specs_of

STAMP = "1700000000000123"
NOBODY: Any = None


class Short(Worker):
    type = "short"

    async def process(self, job: Job) -> None: ...


[SPEC] = specs_of(Short())


def attempt(ref: str = "A7", options: str = "", tries: str = "") -> Attempt:
    record = f"1700000000000 0 0 short\n{options}\n{{}}"
    return Attempt(NOBODY, NOBODY, SPEC, ref, STAMP, record, tries)


@pytest.fixture
def box() -> Outbox:
    return Outbox(BlackBox.create())


def test_an_empty_one_has_nothing_to_say(box: Outbox):
    assert not box
    report = box.take()
    assert (report.finished, report.scheduled, report.released) == ([], [], [])


def test_the_black_box_holds_what_the_store_does_not_have_yet():
    black = BlackBox.create()
    box = Outbox(black)
    for ref in ("A1", "A2", "A3"):
        ended = attempt(ref)
        ended.cell = black.begin(ref)
        if ref != "A3":
            box.add(ended, Completed("1"))
            box.take()
        box.forget(ended)
        if ref == "A1":
            box.taken()
    assert black.begun() == ["A2"]
    box.clear()
    assert black.begun() == []
    black.close()


def test_ends_are_grouped_by_state_and_by_how_long_they_are_kept(box: Outbox):
    box.add(attempt("A1"), Completed("1"))
    box.add(attempt("A2"), Completed("2"))
    box.add(attempt("A3", '{"keep":5}'), Completed("3"))
    box.add(attempt("A4", '{"keep":5}'), Failed(JobError("E", "no")))
    box.add(attempt("A5"), Cancelled(message="obsolete"))
    groups = box.take().finished
    assert [(group.state, group.ids, group.own) for group in groups] == [
        (State.COMPLETED, ["A1", "A2"], None),
        (State.COMPLETED, ["A3"], 5_000),
        (State.FAILED, ["A4"], None),
        (State.CANCELLED, ["A5"], None),
    ]
    assert groups[0].bodies == ["1700000000000 1 0 -\n1", "1700000000000 1 0 -\n2"]
    assert groups[0].stamps == [STAMP, STAMP]
    assert sum(groups[0].histogram.values()) == 2
    assert not box


def test_an_end_says_how_often_the_job_was_tried(box: Outbox):
    box.add(attempt(tries="2 1\n"), Completed())
    assert box.take().finished[0].bodies == ["1700000000000 3 1 -\nnull"]


def test_what_began_later_than_it_was_claimed_says_when_it_began(box: Outbox):
    late = attempt()
    late.started -= 2.5
    late.begin()
    box.add(late, Completed())
    [body] = box.take().finished[0].bodies
    assert 1_700_000_002_500 <= int(body.split()[0]) < 1_700_000_003_500


def test_what_runs_again_is_apart_from_what_goes_back(box: Outbox):
    box.add(attempt("A1"), Retried(JobError("E", "no"), 1.5))
    box.add(attempt("A2"), Snoozed(30))
    box.add(attempt("A3"), Released())
    report = box.take()
    assert [(group.event, group.ids, group.delays) for group in report.scheduled] == [
        ("retried", ["A1"], [1_500]),
        ("snoozed", ["A2"], [30_000]),
    ]
    assert [group.ids for group in report.released] == [["A3"]]


def test_what_was_noted_goes_out_before_the_end(box: Outbox, monkeypatch: pytest.MonkeyPatch):
    noted = attempt()
    monkeypatch.setattr(Attempt, "take_notes", lambda _: ("1", ["a line"]))
    box.note(noted)
    box.add(noted, Completed())
    report = box.take()
    assert (report.notes.ids, report.notes.progress, report.notes.lines) == (
        ["A7"],
        {1: "1"},
        {1: ["a line"]},
    )
    assert report.finished[0].ids == ["A7"]


def test_a_report_that_is_full_is_closed_and_the_next_one_goes_on(
    box: Outbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MOST_BYTES", 3 * outbox.JOB_BYTES)
    for n in range(6):
        box.add(attempt(f"A{n}"), Completed())
    reports = list[list[str]]()
    while box:
        reports.append([id for group in box.take().finished for id in group.ids])
    assert reports == [["A0", "A1", "A2"], ["A3", "A4", "A5"]]


def test_what_is_refused_becomes_a_failure_of_each_job_in_it(box: Outbox):
    box.add(attempt("A1"), Completed("odd"))
    refusal = box.refused(box.take(), JobError("BadReport", "odd"))
    [group] = refusal.finished
    assert (group.state, group.ids) == (State.FAILED, ["A1"])


def test_when_the_lease_is_lost_nothing_of_it_is_said(box: Outbox):
    box.add(attempt(), Completed())
    box.note(attempt())
    box.clear()
    assert not box


@pytest.mark.parametrize(
    ("expires", "waited", "expired"),
    [
        (0, 10.0, False),
        (1_700_000_001_000, 0.0, False),
        (1_700_000_001_000, 0.5, False),
        (1_700_000_001_000, 1.5, True),
    ],
)
def test_a_claim_knows_whether_its_job_expired_while_it_waited(
    expires: int, waited: float, expired: bool
):
    claim = Claim(SPEC, "A7", STAMP, f"1700000000000 {expires} 0 short\n\n{{}}", "")
    claim.started -= waited
    claim.begin()
    assert claim.has_expired() == expired
