"""Amounts with units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.model.kinds.units import read_size, read_span, size_text, span_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30),
        ("30s", 30),
        (" 30 S ", 30),
        ("500ms", 0.5),
        ("70ms", 0.07),
        ("1.5h", 5_400),
        (".5m", 30),
        ("7d", 604_800),
        (5, 5),
        (0.25, 0.25),
        ("-1s", None),
        ("s", None),
        ("", None),
        ("1h30m", None),
        ("1 week", None),
        (True, None),
        (float("inf"), None),
        (None, None),
    ],
    ids=repr,
)
def test_spans(text: object, seconds: float | None):
    assert read_span(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64", 64),
        ("64mb", 64 * 2**20),
        ("64M", 64 * 2**20),
        ("1.5 GiB", 3 * 2**29),
        ("512kb", 2**19),
        ("7b", 7),
        (1_000, 1_000),
        ("0.3b", None),
        (1.5, None),
        ("64tb", None),
        (False, None),
        ([], None),
    ],
    ids=repr,
)
def test_sizes(text: object, size: int | None):
    assert read_size(text) == size


@given(st.integers(0, 10**9).map(lambda ms: ms / 1_000))
def test_a_span_that_is_written_can_be_read(seconds: float):
    assert read_span(span_text(seconds)) == pytest.approx(seconds, abs=1e-6)


@given(st.integers(0, 2**50))
def test_a_size_that_is_written_can_be_read(amount: int):
    assert read_size(size_text(amount)) == amount
