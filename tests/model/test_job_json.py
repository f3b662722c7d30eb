"""A job as JSON."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tasuki.model.job import EMPTY_DATA, Attempts, Before, JobInfo
from tasuki.model.outcome import JobError
from tasuki.model.state import State

AT = datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC)
PLAIN: dict[str, Any] = {
    "id": 7,
    "type": "email",
    "state": State.WAITING,
    "reason": None,
    "priority": 0,
    "data": EMPTY_DATA,
    "result": None,
    "error": None,
    "attempts": Attempts(0, 3),
    "crashes": 0,
    "progress": None,
    "expires": None,
    "created_at": AT,
}


def text(**fields: Any) -> str:
    return msgspec.json.encode(JobInfo(**(PLAIN | fields))).decode()


def test_a_plain_job() -> None:
    assert text() == (
        '{"id":7,"type":"email","state":"waiting","reason":null,"priority":0,"data":{},'
        '"result":null,"error":null,"attempts":{"made":0,"max":3},"crashes":0,"progress":null,'
        '"expires":null,"created_at":"2026-01-31T08:00:00.123456Z","run_at":null,"started_at":null,'
        '"finished_at":null,"runner":null,"cancelling":false,"before":null,"message":null,'
        '"backoff":null,"timeout":null,"keep":null,"tags":[]}'
    )


def test_a_job_with_everything() -> None:
    found = msgspec.json.decode(
        text(
            state=State.FAILED,
            reason="error",
            priority=-1.5,
            error=JobError("ValueError", "boom", "Traceback"),
            crashes=2,
            progress={"done": 1, "total": 2},
            tags=("a", "b"),
            run_at=AT,
            started_at=AT,
            finished_at=AT + timedelta(seconds=1),
            timeout=2.5,
            runner="r1",
            before=Before(
                state=State.CANCELLED,
                reason="expired",
                error=None,
                attempts=1,
                crashes=0,
                started_at=None,
                finished_at=AT,
            ),
        )
    )
    assert found["state"] == "failed"
    assert found["priority"] == -1.5
    assert found["error"] == {"type": "ValueError", "message": "boom", "traceback": "Traceback"}
    assert found["progress"] == {"done": 1, "total": 2}
    assert found["tags"] == ["a", "b"]
    assert found["finished_at"] == "2026-01-31T08:00:01.123456Z"
    assert (found["timeout"], found["runner"], found["crashes"]) == (2.5, "r1", 2)
    assert (found["before"]["state"], found["before"]["started_at"]) == ("cancelled", None)
    assert found["before"]["finished_at"] == "2026-01-31T08:00:00.123456Z"


@pytest.mark.parametrize(
    "json", [b'{"b": 1.0,  "a": 18446744073709551615}', b'"\\u00e9"', b"[]", b"null"]
)
def test_data_and_results_are_not_touched(json: bytes) -> None:
    found = text(data=msgspec.Raw(json), result=msgspec.Raw(json))
    assert f'"data":{json.decode()},"result":{json.decode()},' in found
