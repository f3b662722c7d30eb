"""All sides, and all measurements by the name that `--only` takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.environments import Program
from benchmarks.measures import blocking, depth, drain, enqueue, http, idle, latency, memory
from benchmarks.results import Comparison
from benchmarks.store import Setup

SIDES = {
    "tasuki": Program("ours", "benchmarks.tasuki_side"),
    "tasuki, uvloop": Program("ours", "benchmarks.tasuki_side", ("--uvloop",)),
    "blpop": Program("ours", "benchmarks.references.blpop_side"),
    "constant": Program("ours", "benchmarks.references.constant_side"),
    "dramatiq": Program("peers", "benchmarks.peers.dramatiq_side"),
    "huey": Program("peers", "benchmarks.peers.huey_side"),
    "rq": Program("peers", "benchmarks.peers.rq_side"),
    "saq": Program("peers", "benchmarks.peers.saq_side"),
    "bee-queue": Program("node", "peers/bee_queue_side.js"),
    "bullmq": Program("node", "peers/bullmq_side.js"),
}
"""What runs each side."""

_PYTHON = ("dramatiq", "saq", "rq")
_NODE = ("bee-queue", "bullmq")
_OVER_TCP = (*_NODE, "dramatiq", "huey")


@dataclass(frozen=True, slots=True)
class Measurement:
    """A function of the bench, the sides it needs, and the store it is taken on."""

    run: Callable[[Bench], list[Comparison]]
    sides: Sequence[str]
    setup: Setup = Setup.DURABLE


MEASUREMENTS = {
    "bulk-enqueue": Measurement(enqueue.bulk, ("tasuki", *_PYTHON)),
    "single-enqueue": Measurement(enqueue.beside_scripts, ("tasuki",)),
    "http": Measurement(http.post_jobs, ("tasuki", "constant")),
    "drain": Measurement(drain.backlog, ("tasuki", *_PYTHON)),
    "latency": Measurement(latency.pick_up, ("tasuki", "blpop", *_PYTHON)),
    "memory": Measurement(memory.per_waiting_job, ("tasuki", *_PYTHON)),
    "long-queue": Measurement(depth.deep_queue, ("tasuki",)),
    "bulk-enqueue-tcp": Measurement(enqueue.bulk, ("tasuki", *_OVER_TCP), Setup.TCP),
    "single-enqueue-tcp": Measurement(
        enqueue.one_by_one, ("tasuki", "tasuki, uvloop", *_OVER_TCP, "saq"), Setup.TCP
    ),
    "blocking-enqueue": Measurement(
        blocking.from_threads, ("tasuki", "dramatiq", "huey"), Setup.TCP
    ),
    "drain-tcp": Measurement(drain.with_costs, ("tasuki", *_OVER_TCP), Setup.TCP),
    "drain-few": Measurement(drain.few_at_once, ("tasuki", *_NODE), Setup.TCP),
    "drain-threads": Measurement(drain.in_threads, ("tasuki", "dramatiq", "huey"), Setup.TCP),
    "latency-tcp": Measurement(latency.pick_up, ("tasuki", "blpop", *_OVER_TCP), Setup.TCP),
    "memory-tcp": Measurement(memory.per_waiting_job, ("tasuki", *_OVER_TCP), Setup.TCP),
    "idle": Measurement(idle.processes, ("tasuki", *_OVER_TCP, "saq", "rq"), Setup.TCP),
}
