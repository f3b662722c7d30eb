import dataclasses
import json
import math
import sys
import timeit
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.model.errors import PayloadError
from tasuki.wire.payload import DEEPEST, check, decode, encode

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
integers = st.integers(-(2**63), 2**64 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | integers | floats | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


@dataclasses.dataclass
class Point:
    x: float
    label: str | None = None


@given(values)
def test_plain_values_cross_without_loss(value: Any):
    raw = encode(value)
    check(raw)
    assert decode(raw) == value
    assert json.loads(bytes(raw)) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_accepted_or_refused_with_a_clear_error(data: bytes):
    try:
        check(data)
    except PayloadError:
        return
    json.loads(data)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        [1, [-math.inf]],
        {"a": {"b": math.nan}},
        {"a": None, "b": math.nan},
        (math.nan,),
        Point(math.nan),
        Point(math.inf, "far"),
    ],
    ids=repr,
)
def test_nan_and_infinity_are_refused_and_do_not_become_null(value: object):
    with pytest.raises(PayloadError, match="NaN or infinite"):
        encode(value)


def test_an_honest_null_passes():
    assert bytes(encode({"a": None, "b": "null", "c": Point(1.0)})) == (
        b'{"a":null,"b":"null","c":{"x":1.0,"label":null}}'
    )


@pytest.mark.parametrize(
    "value",
    [{1, object()}, object(), print, lambda: 0, 2**64, -(2**63) - 1, "\ud800", {"\udfff": 1}],
    ids=["set of objects", "object", "function", "lambda", "2^64", "-2^63-1", "lone", "lone key"],
)
def test_what_json_cannot_carry_is_refused(value: object):
    with pytest.raises(PayloadError) as refused:
        encode(value, "result")
    assert refused.value.field == "result"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nope",
        b"{'a': 1}",
        b"[1,]",
        b"1 2",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e400",
        b"[-1e999]",
        b"18446744073709551616",
        b"-9223372036854775809",
        b"1" * 400,
        rb'"\ud800"',
        rb'["\ud800x"]',
        rb'{"\udc00": 1}',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
    ],
    ids=repr,
)
def test_text_that_would_not_cross_without_loss_is_refused(data: bytes):
    with pytest.raises(PayloadError) as refused:
        check(data)
    assert refused.value.field == "data"


@pytest.mark.parametrize(
    "data",
    [
        b"18446744073709551615",
        b"-9223372036854775808",
        b"0.12345678901234567890123",
        b"1.5e300",
        b"1e-400",
        b"null",
        b'" {}\\n"',
        b" [ 1 , 2 ]\n",
        rb'"\ud83d\ude00"',
    ],
    ids=repr,
)
def test_text_at_the_edge_is_accepted(data: bytes):
    check(data)
    assert decode(data) == json.loads(data)


def nested(depth: int, inner: object = 1) -> object:
    for level in range(depth):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


def test_a_hundred_levels_are_deep_enough():
    value = nested(DEEPEST)
    assert decode(encode(value)) == value
    check(msgspec.json.encode(value))


@pytest.mark.parametrize("inner", [1, None], ids=repr)
@pytest.mark.parametrize("depth", [101, 150, 500, 900, 2_000])
def test_one_level_more_is_refused_whether_as_value_or_as_text(depth: int, inner: object):
    with pytest.raises(PayloadError, match="deeper than 100"):
        encode(nested(depth, inner))
    with pytest.raises(PayloadError, match="deeper than 100"):
        check(b"[" * depth + b"null" + b"]" * depth)


def test_many_brackets_side_by_side_are_not_deep():
    value = [[]] * 5_000
    assert decode(encode(value)) == value
    check(msgspec.json.encode(value))


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000],
    ids=["arrays", "objects", "closed"],
)
def test_a_hundred_thousand_levels_are_refused_quickly(data: bytes):
    def refuse() -> None:
        with pytest.raises(PayloadError, match="deeper than 100"):
            check(data)

    assert min(timeit.repeat(refuse, number=1, repeat=3)) < 0.05


def test_a_value_that_holds_itself_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(PayloadError, match="deeper than 100"):
        encode(value)


def test_a_deep_stack_makes_no_difference():
    """The caller may stand deep in its own calls; the refusal must still be a clear one."""

    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
            return
        with pytest.raises(PayloadError, match="deeper than 100"):
            encode(nested(300, None))

    deeper(sys.getrecursionlimit() - 400)
