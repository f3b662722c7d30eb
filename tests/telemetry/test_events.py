"""Events reach those who listen to them, and nobody else is touched by what a listener does."""

import pytest

from tasuki.telemetry.events import AttemptEnded, Events, JobsLost, ScriptCalled

LOST = JobsLost("a1", 2)


def test_each_listener_hears_its_kind_alone():
    events = Events()
    heard: list[object] = []
    events.listen(JobsLost, heard.append)
    events.listen(JobsLost, heard.append)
    events.listen(ScriptCalled, heard.append)
    events.tell(LOST)
    events.tell(AttemptEnded("email", "completed", 0.1, 1))
    assert heard == [LOST, LOST]


def test_a_listener_that_raises_is_told_of_once_and_harms_nobody(caplog: pytest.LogCaptureFixture):
    events = Events()
    heard: list[JobsLost] = []

    def fails(event: JobsLost) -> None:
        raise RuntimeError(f"nothing to say of {event.runner}")

    events.listen(JobsLost, fails)
    events.listen(JobsLost, heard.append)
    for _ in range(3):
        events.tell(LOST)
    assert heard == [LOST] * 3
    [record] = caplog.records
    assert record.name == "tasuki.events"
    assert "nothing to say of a1" in caplog.text
