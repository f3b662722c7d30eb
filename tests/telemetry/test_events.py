"""Events reach those who listen to them, and nobody else is touched by what a listener does."""

import pytest

from tasuki.telemetry.events import AttemptEnded, JobsLost, Listeners, ScriptCalled

LOST = JobsLost("a1", 2)


def test_each_listener_hears_its_kind_alone():
    listeners = Listeners()
    heard: list[object] = []
    listeners.add(JobsLost, heard.append)
    listeners.add(JobsLost, heard.append)
    listeners.add(ScriptCalled, heard.append)
    listeners.tell(LOST)
    listeners.tell(AttemptEnded("email", "completed", 0.1, 1))
    assert heard == [LOST, LOST]


def test_a_listener_that_raises_is_told_of_once_and_harms_nobody(caplog: pytest.LogCaptureFixture):
    listeners = Listeners()
    heard: list[JobsLost] = []

    def fails(event: JobsLost) -> None:
        raise RuntimeError(f"nothing to say of {event.runner}")

    listeners.add(JobsLost, fails)
    listeners.add(JobsLost, heard.append)
    for _ in range(3):
        listeners.tell(LOST)
    assert heard == [LOST] * 3
    [record] = caplog.records
    assert record.name == "tasuki.events"
    assert "nothing to say of a1" in caplog.text
