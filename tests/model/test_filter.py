from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.filter import Filter, like
from tasuki.model.job import EMPTY_DATA, Attempts, JobInfo
from tasuki.model.outcome import JobError
from tasuki.model.state import State

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def job(**fields: Any) -> JobInfo:
    known: dict[str, Any] = {
        "id": 1,
        "type": "email",
        "state": State.FAILED,
        "reason": "error",
        "priority": 0,
        "data": EMPTY_DATA,
        "result": None,
        "attempts": Attempts(1, 3),
        "crashes": 0,
        "progress": None,
        "expires": None,
        "created_at": NOON - HOUR,
        "finished_at": NOON,
        "tags": ("vip", "news"),
        "error": JobError("SMTPError", "4.2.1 [try] later?", ""),
    }
    return JobInfo(**(known | fields))


@pytest.mark.parametrize(
    "given",
    [
        {"state": "failed"},
        {"type": "email"},
        {"tag": "news"},
        {"error": "SMTP*"},
        {"error": "SMTPError: 4.2.1 [try] later?"},
        {"created_after": NOON - HOUR},
        {"created_before": NOON},
        {"finished_after": NOON},
        {"finished_before": NOON + HOUR},
        {"state": "failed", "type": "email", "tag": "vip", "error": "*later?"},
    ],
    ids=str,
)
def test_a_job_for_which_all_holds_matches(given: dict[str, Any]):
    assert Filter(**given).matches(job())


@pytest.mark.parametrize(
    "given",
    [
        {"state": "completed"},
        {"type": "e*"},
        {"tag": "new"},
        {"error": "smtp*"},
        {"error": "SMTPError"},
        {"created_after": NOON},
        {"created_before": NOON - HOUR},
        {"finished_after": NOON + HOUR},
        {"finished_before": NOON},
        {"state": "failed", "type": "email", "tag": "vip", "error": "*sooner"},
    ],
    ids=str,
)
def test_a_job_for_which_anything_does_not_hold_does_not(given: dict[str, Any]):
    assert not Filter(**given).matches(job())


def test_what_a_job_does_not_have_does_not_match():
    waiting = job(state=State.WAITING, error=None, finished_at=None, tags=())
    for said in (Filter(error="*"), Filter(tag="vip"), Filter(finished_before=NOON + HOUR)):
        assert not said.matches(waiting)
    assert Filter(state="waiting", created_before=NOON).matches(waiting)


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"state": "done"}, "state", "must be one of scheduled, waiting, "),
        ({"type": ""}, "type", "must not be empty"),
        ({"type": "a\nb"}, "type", "control characters"),
        ({"tag": 7}, "tag", "must be a string"),
        ({"error": "x" * 1_001}, "error", "at most 1000 bytes"),
        ({"created_before": NOON.replace(tzinfo=None)}, "created_before", "time zone"),
        ({"finished_after": "noon"}, "finished_after", "must be a time"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_name(given: dict[str, Any], field: str, message: str):
    with pytest.raises(InvalidError, match=message) as refused:
        Filter(**given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("*", "", True),
        ("a*c", "abbbc", True),
        ("a*c", "abcb", False),
        ("ab*ba", "aba", False),
        ("*b*", "abc", True),
        ("a**c", "ac", True),
        ("*one*two*", "two one", False),
        ("a.c", "abc", False),
        ("[a]?", "a", False),
        ("two*", "two\nlines", True),
    ],
)
def test_only_a_star_stands_for_anything_else(pattern: str, text: str, fits: bool):
    assert like(pattern, text) is fits


def test_many_stars_take_no_time():
    assert not like("*a" * 400 + "b", "a" * 100_000)
