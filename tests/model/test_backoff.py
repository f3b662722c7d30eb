import math
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.model.backoff import (
    DEFAULT_BACKOFF,
    Backoff,
    BackoffRule,
    ExponentialBackoff,
    FixedBackoff,
    check_backoff,
    delay_after,
)
from tasuki.model.errors import InvalidError
from tasuki.model.rules import LONGEST_SECONDS, check_seconds

seconds = st.floats(0, LONGEST_SECONDS)
rules = st.one_of(
    st.builds(Backoff.fixed, seconds),
    st.builds(Backoff.exponential, seconds, seconds, jitter=st.booleans()),
    st.lists(seconds, min_size=1, max_size=100).map(tuple),
)
attempts = st.integers(1, 1_000_000)


def test_the_default_doubles_from_two_seconds_to_five_minutes_with_full_jitter():
    full = [delay_after(DEFAULT_BACKOFF, n, jitter=lambda: 1.0) for n in (1, 2, 3, 8, 9, 1_000)]
    assert full == [2, 4, 8, 256, 300, 300]
    assert delay_after(DEFAULT_BACKOFF, 3, jitter=lambda: 0.25) == 2


def test_a_list_gives_its_delays_in_order_and_repeats_the_last():
    backoff = Backoff.list(1, 10, 60)
    assert [delay_after(backoff, n) for n in range(1, 6)] == [1, 10, 60, 60, 60]


@given(rules, attempts, st.floats(0, 1, exclude_max=True))
def test_any_delay_is_a_possible_number_of_seconds(rule: BackoffRule, attempt: int, jitter: float):
    delay = delay_after(rule, attempt, jitter=lambda: jitter)
    assert isinstance(delay, float)
    check_seconds("delay", delay)


@given(seconds, seconds, attempts)
def test_without_jitter_an_exponential_delay_never_shrinks_and_never_passes_its_cap(
    base: float, cap: float, attempt: int
):
    backoff = Backoff.exponential(base, cap, jitter=False)
    delays = [delay_after(backoff, attempt), delay_after(backoff, attempt + 1)]
    assert delays == sorted(delays)
    assert delays[-1] <= cap


@given(seconds, seconds, attempts)
def test_jitter_spreads_from_nothing_to_the_full_delay(base: float, cap: float, attempt: int):
    full = delay_after(Backoff.exponential(base, cap, jitter=False), attempt)
    assert delay_after(Backoff.exponential(base, cap), attempt, jitter=lambda: 0.0) == 0
    assert 0 <= delay_after(Backoff.exponential(base, cap), attempt) <= full


@given(rules)
def test_every_rule_that_can_be_made_is_accepted(rule: BackoffRule):
    check_backoff(rule)


@pytest.mark.parametrize(
    "value",
    [-1, -0.001, math.nan, math.inf, -math.inf, LONGEST_SECONDS * 1.01, 10**400, "5", None, True],
    ids=repr,
)
def test_what_is_not_a_number_of_seconds_is_refused_with_the_field(value: object):
    with pytest.raises(InvalidError) as refused:
        check_seconds("delay", value)
    assert refused.value.field == "delay"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Backoff.fixed(-1), "backoff.delay"),
        (lambda: FixedBackoff(delay=math.nan), "backoff.delay"),
        (lambda: Backoff.exponential(base=math.inf), "backoff.base"),
        (lambda: ExponentialBackoff(cap=-1), "backoff.cap"),
        (Backoff.list, "backoff"),
        (lambda: Backoff.list(1, -1), "backoff[1]"),
        (lambda: check_backoff([1] * 101), "backoff"),
        (lambda: check_backoff("fixed"), "backoff"),
        (lambda: check_backoff({1, 2}), "backoff"),
        (lambda: check_backoff(5), "backoff"),
        (lambda: ExponentialBackoff(jitter=cast("bool", 1)), "backoff.jitter"),
    ],
    ids=[
        "fixed -1",
        "fixed nan",
        "base inf",
        "cap -1",
        "empty list",
        "-1 in a list",
        "long list",
        "a word",
        "a set",
        "a number",
        "jitter 1",
    ],
)
def test_a_backoff_that_cannot_be_is_refused_with_the_field(make, field: str):
    with pytest.raises(InvalidError) as refused:
        make()
    assert refused.value.field == field
