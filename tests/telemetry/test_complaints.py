"""Errors that come again and again are told without filling the log."""

import logging

import pytest

from tasuki.telemetry import complaints
from tasuki.telemetry.complaints import Complaints


def fail(text: str) -> Exception:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def fail_elsewhere(text: str) -> Exception:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Complaints:
    return Complaints(logging.getLogger("tasuki.example"), "it goes on")


def test_each_kind_is_told_once_with_its_traceback(
    told: Complaints, caplog: pytest.LogCaptureFixture
):
    for n in range(5):
        told.add(fail(f"{n}"))
        told.add(fail_elsewhere(f"{n}"))
        told.add(KeyError(n))
    assert [record.message for record in caplog.records] == ["it goes on"] * 3
    assert caplog.text.count("Traceback") == 2
    assert "ValueError: 0" in caplog.text


def test_now_and_then_it_is_told_how_often_it_came(
    told: Complaints, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    now = 1_000.0
    monkeypatch.setattr(complaints, "monotonic", lambda: now)
    for _ in range(4):
        told.add(fail("first"))
    now += complaints.REPEAT_SECONDS
    told.add(fail("last"))
    told.add(fail("too soon"))
    assert [record.message for record in caplog.records] == [
        "it goes on",
        "it goes on (4 times more): last",
    ]
