"""How much is measured: the full run takes less than 15 minutes, the quick one less than three."""

from collections.abc import Mapping
from dataclasses import dataclass

# Peers get a number of jobs that takes them a few seconds on two cores.


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of jobs, by side where sides differ much; times in seconds."""

    rounds: int
    bulk: Mapping[str, int]
    single: int
    blocking: int
    http_seconds: float
    drain: Mapping[str, int]
    drain_few: Mapping[str, int]
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
    bulk={
        "tasuki": 100_000,
        "bee-queue": 50_000,
        "bullmq": 20_000,
        "dramatiq": 5_000,
        "huey": 5_000,
        "saq": 4_000,
        "rq": 2_000,
    },
    single=3_000,
    blocking=4_000,
    http_seconds=3.0,
    drain={
        "tasuki": 100_000,
        "bee-queue": 20_000,
        "bullmq": 10_000,
        "dramatiq": 10_000,
        "huey": 5_000,
        "saq": 5_000,
        "rq": 300,
    },
    drain_few={"tasuki": 20_000, "bee-queue": 5_000, "bullmq": 2_500},
    drain_threads={"tasuki": 30_000, "dramatiq": 8_000, "huey": 4_000},
    latency_samples=100,
    latency_seconds=8.0,
    latency_pause=0.05,
    memory={
        "tasuki": 100_000,
        "bee-queue": 20_000,
        "bullmq": 20_000,
        "dramatiq": 10_000,
        "huey": 10_000,
        "saq": 20_000,
        "rq": 20_000,
    },
    shallow=10_000,
    deep=1_000_000,
    front=50_000,
)

QUICK = Sizes(
    rounds=1,
    bulk={
        "tasuki": 50_000,
        "bee-queue": 10_000,
        "bullmq": 5_000,
        "dramatiq": 1_500,
        "huey": 1_500,
        "saq": 1_000,
        "rq": 500,
    },
    single=1_000,
    blocking=1_000,
    http_seconds=1.5,
    drain={
        "tasuki": 50_000,
        "bee-queue": 5_000,
        "bullmq": 2_500,
        "dramatiq": 2_500,
        "huey": 1_000,
        "saq": 1_000,
        "rq": 100,
    },
    drain_few={"tasuki": 5_000, "bee-queue": 1_000, "bullmq": 500},
    drain_threads={"tasuki": 10_000, "dramatiq": 2_500, "huey": 1_000},
    latency_samples=50,
    latency_seconds=2.0,
    latency_pause=0.02,
    memory={
        "tasuki": 100_000,
        "bee-queue": 2_000,
        "bullmq": 2_000,
        "dramatiq": 2_000,
        "huey": 2_000,
        "saq": 2_000,
        "rq": 2_000,
    },
    shallow=10_000,
    deep=200_000,
    front=20_000,
)
