import math
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.model.run_times import bucket, is_bucket, quantile

DISTRIBUTIONS: dict[str, Callable[[random.Random], float]] = {
    "normal": lambda chance: max(1.0, chance.gauss(300, 60)),
    "lognormal": lambda chance: chance.lognormvariate(math.log(200), 0.8),
    "exponential": lambda chance: chance.expovariate(1 / 500),
    "uniform": lambda chance: chance.uniform(50, 1_000),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize(("share", "within"), [(0.5, 0.02), (0.95, 0.05)])
def test_it_is_near_the_exact_one(name: str, share: float, within: float):
    chance = random.Random(7)
    times = sorted(DISTRIBUTIONS[name](chance) for _ in range(3_000))
    found = quantile(Counter(f"h{bucket(ms)}" for ms in times), share)
    assert found is not None
    assert found * 1_000 == pytest.approx(times[int(len(times) * share)], rel=within)


@given(st.floats(0, 1e15))
def test_every_time_has_a_bucket_in_which_it_lies(ms: float):
    name = f"h{bucket(ms)}"
    assert is_bucket(name)
    top, bottom = quantile({name: 1}, 1), quantile({name: 1}, 0)
    assert top is not None
    assert bottom is not None
    assert bottom * 1_000 * (1 - 1e-9) <= ms <= top * 1_000 * (1 + 1e-9)


def test_buckets_without_quarters_are_read_as_well():
    assert quantile({"h8": 10}, 0.5) == pytest.approx(0.181, abs=0.001)
    assert quantile({"h8": 1, "h8b": 1, "h3": 2}, 0.5) == pytest.approx(0.008)


def test_other_counters_do_not_count():
    assert quantile({"completed": 5, "ms": 100, "h": 1, "hx": 1, "h8e": 1}, 0.5) is None
    assert quantile({}, 0.5) is None
    assert quantile({"h0": 4}, 0.5) == pytest.approx(0.0005)
