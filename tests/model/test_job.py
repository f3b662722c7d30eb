from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tasuki.model.backoff import Backoff
from tasuki.model.errors import InvalidError
from tasuki.model.job import EMPTY_DATA, MOST_ATTEMPTS, NewJob

WELL_FORMED: list[dict[str, Any]] = [
    {},
    {"priority": -15},
    {"priority": 2.5},
    {"priority": "high"},
    {"delay": 0},
    {"delay": 3.5},
    {"run_at": datetime(2000, 1, 1, tzinfo=UTC)},
    {"run_at": datetime(9999, 12, 31, tzinfo=UTC)},
    {"attempts": 1},
    {"attempts": MOST_ATTEMPTS},
    {"backoff": Backoff.fixed(0)},
    {"backoff": (1, 2, 3)},
    {"timeout": 0.5},
    {"expires": 0},
    {"keep": 0},
    {"tags": ("a", "b")},
]

TYPE: dict[str, Any] = {"type": "email"}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": ""}, "type"),
    ({"type": "a\nb"}, "type"),
    ({"type": "a" * 201}, "type"),
    ({"priority": float("nan")}, "priority"),
    ({"priority": "urgent"}, "priority"),
    ({"priority": ""}, "priority"),
    ({"priority": True}, "priority"),
    ({"priority": False}, "priority"),
    ({"priority": None}, "priority"),
    ({"delay": -1}, "delay"),
    ({"delay": float("inf")}, "delay"),
    ({"delay": "5"}, "delay"),
    ({"run_at": datetime(2030, 1, 1)}, "run_at"),  # noqa: DTZ001 - that is what is wrong with it
    ({"run_at": "tomorrow"}, "run_at"),
    ({"run_at": datetime(2030, 1, 1, tzinfo=UTC), "delay": 0}, "run_at"),
    ({"attempts": 0}, "attempts"),
    ({"attempts": -1}, "attempts"),
    ({"attempts": 1.5}, "attempts"),
    ({"attempts": True}, "attempts"),
    ({"attempts": MOST_ATTEMPTS + 1}, "attempts"),
    ({"backoff": "soon"}, "backoff"),
    ({"backoff": ()}, "backoff"),
    ({"backoff": (1, -1)}, "backoff[1]"),
    ({"timeout": 0}, "timeout"),
    ({"timeout": -1}, "timeout"),
    ({"expires": -1}, "expires"),
    ({"keep": -1}, "keep"),
    ({"tags": ("",)}, "tags[0]"),
    ({"tags": ("a",) * 51}, "tags"),
]


@pytest.mark.parametrize("options", WELL_FORMED, ids=repr)
def test_a_job_takes_every_option(options: dict[str, Any]):
    job = NewJob(type="email", **options)
    assert job.data == EMPTY_DATA
    assert all(getattr(job, name) == value for name, value in options.items())


@pytest.mark.parametrize(("options", "field"), WRONG, ids=repr)
def test_a_wrong_option_is_refused_and_named(options: dict[str, Any], field: str):
    with pytest.raises(InvalidError) as refused:
        NewJob(**(TYPE | options))
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"type":"a","attempts":0}', "attempts"),
        ('{"type":"a","delay":-1}', "delay"),
        ('{"type":"a","backoff":{"type":"fixed","delay":-1}}', "backoff.delay"),
    ],
    ids=["attempts", "delay", "backoff"],
)
def test_the_same_holds_for_a_job_that_is_read_from_json(text: str, field: str):
    with pytest.raises(msgspec.ValidationError, match=f"{field}: must be"):
        msgspec.json.decode(text, type=NewJob)


@pytest.mark.parametrize(
    ("text", "backoff"),
    [
        ('{"type":"fixed","delay":5}', Backoff.fixed(5)),
        ('{"type":"exponential"}', Backoff.exponential()),
        (
            '{"type":"exponential","base":1,"cap":9,"jitter":false}',
            Backoff.exponential(1, 9, jitter=False),
        ),
        ("[1, 10, 60]", Backoff.list(1, 10, 60)),
    ],
    ids=["fixed", "defaults", "exponential", "list"],
)
def test_a_backoff_reads_from_json_as_it_is_documented(text: str, backoff: object):
    job = msgspec.json.decode(f'{{"type":"a","backoff":{text}}}', type=NewJob)
    assert job.backoff == backoff


def test_an_unknown_field_is_refused():
    with pytest.raises(msgspec.ValidationError, match="unknown field `retries`"):
        msgspec.json.decode('{"type":"a","retries":3}', type=NewJob)
