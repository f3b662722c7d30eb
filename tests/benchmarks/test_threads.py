"""Calls from many threads at once."""

import threading
from collections import Counter

import pytest

from benchmarks.threads import seconds_of_calls


def test_every_call_is_made_and_each_thread_makes_one_before_the_clock_starts() -> None:
    calls: Counter[int] = Counter()
    lock = threading.Lock()

    def call(n: int) -> None:
        with lock:
            calls[n] += 1

    assert seconds_of_calls(call, threads=4, count=10) > 0
    assert calls == Counter([*range(4), *range(10)])


def test_what_a_call_raises_is_raised_and_nobody_waits_for_ever() -> None:
    def call(n: int) -> None:
        if n == 1:
            raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        seconds_of_calls(call, threads=3, count=9)
