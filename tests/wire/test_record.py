from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasuki.model.backoff import Backoff
from tasuki.model.job import NewJob
from tasuki.model.outcome import JobError
from tasuki.model.state import State
from tasuki.wire.record import (
    NO_OPTIONS,
    NO_TRIES,
    decode_end,
    decode_error,
    decode_number,
    decode_record,
    decode_tries,
    encode_error,
    encode_tail,
    encode_tries,
    set_aside,
)

printable = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
names = st.text(printable, min_size=1, max_size=50)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
seconds = st.floats(0, 1e9)
times = st.integers(0, 2**53)
data = st.recursive(
    st.none() | st.integers(-(2**63), 2**64 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
options = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53),
        "attempts": st.integers(1, 1_000_000),
        "backoff": st.one_of(
            seconds.map(Backoff.fixed),
            st.builds(Backoff.exponential, seconds, seconds, jitter=st.booleans()),
            st.lists(seconds, min_size=1, max_size=5).map(tuple),
        ),
        "timeout": st.floats(0.001, 1e9),
        "keep": seconds,
        "tags": st.lists(names, max_size=3).map(tuple),
    },
)


@given(names, data, options, times, times)
def test_a_job_comes_back_from_its_record(
    type: str, value: Any, given: dict[str, Any], created: int, expires: int
):
    pretty = msgspec.json.format(msgspec.json.encode(value), indent=2)
    job = NewJob(type=type, data=msgspec.Raw(pretty), **given)
    record = decode_record(f"{created} {expires} {encode_tail(job)[0]}")
    assert (record.created, record.expires, record.type) == (created, expires, type)
    assert record.priority == job.priority
    assert msgspec.json.decode(record.data) == value
    for name in ("attempts", "backoff", "timeout", "keep", "tags"):
        assert getattr(record.options, name) == getattr(job, name)


def test_a_plain_job_costs_no_options():
    tail, _ = encode_tail(NewJob(type="email"))
    assert tail == "0 email\n\n{}"
    assert decode_record("1 0 " + tail).options == NO_OPTIONS


def test_a_named_priority_is_kept_as_its_number():
    assert encode_tail(NewJob(type="email", priority="high"))[0].startswith("-10 ")


@pytest.mark.parametrize("priority", [1, -15, 0.5, -2.25, 1e-7, 2**53, -(2**53)], ids=repr)
def test_a_priority_is_the_same_number_afterwards(priority: float):
    text = encode_tail(NewJob(type="email", priority=priority))[0].partition(" ")[0]
    assert decode_number(text) == priority
    assert decode_number(text).__class__ is priority.__class__


@given(st.integers(0, 10**6), st.integers(0, 10**6), texts, texts, texts)
def test_tries_come_back(made: int, crashes: int, type: str, message: str, trace: str):
    error = JobError(type, message, trace)
    tries = decode_tries(encode_tries(made, crashes, error))
    assert tries[:2] == (made, crashes)
    assert decode_error(tries.error) == error


def test_no_tries_and_no_error_are_empty_texts():
    assert decode_tries("") == NO_TRIES
    assert decode_tries(encode_tries(2, 1)) == (2, 1, "")
    assert decode_error("") is None


@given(st.text(), st.text(), st.text())
def test_an_error_may_hold_any_text_that_python_can(type: str, message: str, trace: str):
    error = JobError(type, message, trace)
    kept = decode_error(encode_error(error))
    assert kept is not None
    encode_error(kept).encode()
    if all(text.isprintable() for text in (type, message, trace)):
        assert kept == error


@given(st.sampled_from(list(State)), times, times, texts)
def test_an_end_comes_back(state: State, finished: int, started: int, body: str):
    assume(state is not State.COMPLETED or not body.startswith("@"))
    end = decode_end(f"{state} {finished} runner1 {started} 2 1 crashed\n{body}")
    assert end == (state, finished, "runner1", started, 2, 1, "crashed", body, None)


@pytest.mark.parametrize("text", ["", "1 0 0 a", "x 0 0 a\n\n{}", "1 0 0\n\n{}"], ids=repr)
def test_what_is_no_record_is_a_value_error(text: str):
    with pytest.raises(ValueError, match=r"."):
        decode_record(text)


@pytest.mark.parametrize("text", ["", "completed 1", "done 1 - 0 1 0 -\n", "failed\n"], ids=repr)
def test_what_is_no_end_is_a_value_error(text: str):
    with pytest.raises(ValueError, match=r"."):
        decode_end(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1_000, max_size=1_100))
def test_what_is_large_stands_apart(text: str):
    data = msgspec.json.encode(text * 5).decode()
    tail, whole = encode_tail(NewJob(type="email", data=msgspec.Raw(data.encode())))
    record = decode_record(f"1 0 {tail}")
    assert (whole, record.data) == (data, "")
    assert record.large == (len(data.encode()), data[:200])
    body, whole = set_aside(data)
    end = decode_end(f"completed 2 runner1 1 1 0 -\n{body}")
    assert (whole, end.body, end.large) == (data, "", record.large)


@pytest.mark.parametrize(
    ("text", "large"), [("x" * 4_096, False), ("x" * 4_097, True), ("é" * 2_049, True)]
)
def test_it_is_large_above_4_096_bytes(text: str, large: bool):
    assert (set_aside(text)[1] is not None) == large
