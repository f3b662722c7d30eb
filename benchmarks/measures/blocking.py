"""Enqueue from code without an event loop: one thread, and sixteen that share a client."""

from collections.abc import Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side

_THREADS = {1: "1 thread", 16: "16 threads"}

_TARGETS = {
    (1, "dramatiq"): Target("ratio at least", 2.5),
    (1, "huey"): Target("ratio at least", 1),
}


def from_threads(bench: Bench) -> list[Comparison]:
    figures = bench.rounds.run(
        {
            f"{side.name}, {label}": partial(_once, bench, side, threads)
            for threads, label in _THREADS.items()
            for side in bench.sides.values()
        }
    )
    return [
        Comparison(
            f"blocking enqueue, {label}",
            "calls/s",
            figures.series(f"tasuki, {label}", "rate"),
            figures.series(f"{name}, {label}", "rate", label=name),
            _TARGETS.get((threads, name)),
        )
        for threads, label in _THREADS.items()
        for name in bench.sides
        if name != "tasuki"
    ]


def _once(bench: Bench, side: Side, threads: int) -> Mapping[str, float]:
    bench.clear()
    count = bench.sizes.blocking
    seconds = side.call("enqueue_from_threads", threads=threads, count=count)["seconds"]
    return {"rate": count / seconds}
