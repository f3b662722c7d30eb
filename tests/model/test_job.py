from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tasuki.model.backoff import Backoff
from tasuki.model.errors import InvalidError
from tasuki.model.job import EMPTY_DATA, NewJob
from tasuki.model.options import MOST_ATTEMPTS
from tasuki.model.rules import LAST_MOMENT, LONGEST_SECONDS

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
    ({"run_at": datetime(9999, 12, 31, 0, 0, 1, tzinfo=UTC)}, "run_at"),
    ({"run_at": datetime.max.replace(tzinfo=UTC)}, "run_at"),
    ({"run_at": datetime.max.replace(tzinfo=ZoneInfo("America/New_York"))}, "run_at"),
    ({"run_at": datetime(9999, 12, 31, tzinfo=timezone(-timedelta(hours=12)))}, "run_at"),
    ({"delay": 252_460_800_000}, "delay"),
    ({"timeout": 10**400}, "timeout"),
    ({"priority": 10**400}, "priority"),
    ({"priority": -(10**400)}, "priority"),
    ({"backoff": (10**400,)}, "backoff[0]"),
    ({"type": "\u202efdp"}, "type"),
    ({"tags": ("\u2066x",)}, "tags[0]"),
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


class Real(float):
    """As `numpy.float64` is."""


class Level(IntEnum):
    THREE = 3


class Word(StrEnum):
    HIGH = "high"


DERIVED: dict[str, Any] = {
    "type": Word.HIGH,
    "priority": Word.HIGH,
    "delay": Real(2),
    "attempts": Level.THREE,
    "backoff": [Real(1), Level.THREE],
    "timeout": Level.THREE,
    "expires": Real(9),
    "keep": Real(8),
    "tags": ("a", Word.HIGH),
}


def test_values_of_derived_classes_are_kept_as_the_plain_ones_that_they_are():
    job = NewJob(**DERIVED)
    plain = [job.type, job.priority, job.delay, job.attempts, job.backoff, job.timeout]
    assert repr(plain) == "['high', 'high', 2.0, 3, (1.0, 3), 3]"
    assert repr([job.expires, job.keep, job.tags]) == "[9.0, 8.0, ('a', 'high')]"
    assert repr(NewJob(type="a", priority=Level.THREE).priority) == "3"
    assert repr(NewJob(type="a", priority=Real(0)).priority) == "0.0"
    assert repr(Backoff.fixed(Real(5)).delay) == "5.0"
    assert repr(Backoff.exponential(Real(5), Level.THREE)) == repr(Backoff.exponential(5.0, 3))
    assert msgspec.json.encode(job)


def test_now_and_the_longest_span_is_a_time_that_can_be_shown():
    centuries_on = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=LONGEST_SECONDS)
    assert centuries_on < LAST_MOMENT
    for hours in (-12, 14):
        LAST_MOMENT.astimezone(timezone(timedelta(hours=hours)))
