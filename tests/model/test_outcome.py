import math

import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.outcome import Retry, Snooze
from tasuki.model.retention import DAY, Keep, Retention
from tasuki.model.state import State


def test_a_retry_may_leave_its_delay_to_the_backoff():
    assert Retry("later").after is None
    assert Retry("later", after=60).after == 60


@pytest.mark.parametrize("seconds", [-1, math.nan, "1"], ids=repr)
def test_an_impossible_delay_is_refused_where_it_is_raised(seconds: float):
    with pytest.raises(InvalidError) as refused:
        Retry(after=seconds)
    assert refused.value.field == "after"
    with pytest.raises(InvalidError) as refused:
        Snooze(seconds)
    assert refused.value.field == "seconds"


def test_each_finished_state_has_its_retention():
    keep = Retention(failed=Keep(7), cancelled=Keep(8))
    assert keep.of(State.COMPLETED) == Keep(3_600, 10_000)
    assert keep.of(State.FAILED) == Keep(7, 10_000)
    assert keep.of(State.CANCELLED) == Keep(8, 10_000)
    assert Retention().failed == Retention().cancelled == Keep(30 * DAY, 10_000)
