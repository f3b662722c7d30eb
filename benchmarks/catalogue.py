"""All measurements, by the name that `--only` takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.measures import depth, drain, enqueue, http, latency, memory
from benchmarks.results import Comparison

_PEERS = ("dramatiq", "saq", "rq")


@dataclass(frozen=True, slots=True)
class Measurement:
    """A function of the bench, and the sides it needs."""

    run: Callable[[Bench], list[Comparison]]
    sides: Sequence[str]


MEASUREMENTS = {
    "bulk-enqueue": Measurement(enqueue.bulk, ("tasuki", *_PEERS)),
    "single-enqueue": Measurement(enqueue.single, ("tasuki",)),
    "http": Measurement(http.post_jobs, ("tasuki", "constant")),
    "drain": Measurement(drain.loop_jobs, ("tasuki", *_PEERS)),
    "drain-threads": Measurement(drain.thread_jobs, ("tasuki", "dramatiq")),
    "latency": Measurement(latency.pick_up, ("tasuki", "blpop", *_PEERS)),
    "memory": Measurement(memory.per_waiting_job, ("tasuki", *_PEERS)),
    "long-queue": Measurement(depth.deep_queue, ("tasuki",)),
}

MODULES = {
    "tasuki": "benchmarks.tasuki_side",
    "blpop": "benchmarks.references.blpop_side",
    "constant": "benchmarks.references.constant_side",
    **{peer: f"benchmarks.peers.{peer}_side" for peer in _PEERS},
}
"""Where each side lives."""

PEERS = frozenset(_PEERS)
"""Sides that run in the peers' environment."""
