"""How long attempts took, as a histogram with four buckets per doubling.

A bucket is named `Nq`: attempts of less than 2^N ms and at least half of that, in the quarter `q`
(`a` to `d`) of it, which is 19 % wide. `0` is all below 1 ms. What was counted before there were
quarters is in buckets `N`. Their counters have an `h` in front: `h7c`.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping

_QUARTERS = "abcd"
_LARGEST = 60
"""Powers of two; longer than any attempt can take."""
_EDGES = [2.0 ** (n / 4) for n in range(4 * _LARGEST)]
_NAMES = ("0", *(f"{power}{quarter}" for power in range(1, _LARGEST + 1) for quarter in _QUARTERS))
_BUCKET = re.compile(r"h([0-9]{1,2})([a-d]?)")


def bucket(ms: float) -> str:
    """The name of the bucket of a run time in milliseconds.

    >>> bucket(0.4), bucket(100), bucket(127)
    ('0', '7c', '7d')
    """
    return _NAMES[bisect_right(_EDGES, ms)]


def is_bucket(event: str) -> bool:
    """Whether a counter is that of a bucket."""
    return _BUCKET.fullmatch(event) is not None


def quantile(counters: Mapping[str, int], share: float) -> float | None:
    """The run time in seconds below which a share of the attempts stayed; None without attempts.

    Inside of a bucket it is interpolated, as if the times were spread evenly in the logarithm.
    """
    bins = sorted((*_edges(event), n) for event, n in counters.items() if is_bucket(event) and n)
    left = share * sum(n for _, _, n in bins)
    for low, high, n in bins:
        if left <= n:
            part = left / n
            ms = high * part if low == 0 else low * (high / low) ** part
            return ms / 1_000
        left -= n
    return bins[-1][1] / 1_000 if bins else None


def _edges(event: str) -> tuple[float, float]:
    """From how many milliseconds to how many."""
    match = _BUCKET.fullmatch(event)
    if match is None:
        raise ValueError(f"{event} is no bucket")
    power, quarter = int(match[1]), match[2]
    if power == 0:
        return 0.0, 1.0
    if not quarter:
        return 2.0 ** (power - 1), 2.0**power
    start = power - 1 + _QUARTERS.index(quarter) / 4
    return 2.0**start, 2.0 ** (start + 0.25)
