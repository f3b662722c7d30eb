"""How much is measured: the full run takes under ten minutes, the quick one about one."""

from collections.abc import Mapping
from dataclasses import dataclass

# Peers get a number of jobs that takes them about five seconds on two cores.


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of jobs, by side where sides differ much; times in seconds."""

    rounds: int
    bulk: Mapping[str, int]
    single: int
    http_seconds: float
    drain: Mapping[str, int]
    drain_threads: Mapping[str, int]
    latency_samples: int
    latency_seconds: float
    latency_pause: float
    memory: Mapping[str, int]
    shallow: int
    deep: int
    front: int
    """Jobs that are drained while at least `shallow`, or almost `deep`, go on waiting.

    Enough to see more than the moment after filling, when the store's tables are still growing.
    """


FULL = Sizes(
    rounds=3,
    bulk={"tasuki": 100_000, "dramatiq": 5_000, "saq": 4_000, "rq": 2_000},
    single=3_000,
    http_seconds=3.0,
    drain={"tasuki": 100_000, "dramatiq": 10_000, "saq": 5_000, "rq": 300},
    drain_threads={"tasuki": 20_000, "dramatiq": 10_000},
    latency_samples=100,
    latency_seconds=8.0,
    latency_pause=0.05,
    memory={"tasuki": 100_000, "dramatiq": 20_000, "saq": 20_000, "rq": 20_000},
    shallow=10_000,
    deep=1_000_000,
    front=50_000,
)

QUICK = Sizes(
    rounds=1,
    bulk={"tasuki": 50_000, "dramatiq": 1_500, "saq": 1_000, "rq": 500},
    single=1_000,
    http_seconds=1.5,
    drain={"tasuki": 50_000, "dramatiq": 2_500, "saq": 1_000, "rq": 100},
    drain_threads={"tasuki": 10_000, "dramatiq": 2_500},
    latency_samples=50,
    latency_seconds=2.0,
    latency_pause=0.02,
    memory={"tasuki": 100_000, "dramatiq": 2_000, "saq": 2_000, "rq": 2_000},
    shallow=10_000,
    deep=200_000,
    front=20_000,
)
