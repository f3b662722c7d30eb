"""Whether a long queue costs more than a short one: drain and enqueue with many jobs waiting."""

from collections.abc import Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target

_TARGET = Target("ratio at least", 0.7)

_WARM_UP = 0.1


def deep_queue(bench: Bench) -> list[Comparison]:
    shallow, deep = bench.sizes.shallow, bench.sizes.deep
    depths = (shallow, deep) if "tasuki" in bench.sides else ()
    figures = bench.rounds.run({f"{d:,} waiting": partial(_once, bench, d) for d in depths})
    return [
        Comparison(
            measurement,
            unit,
            figures.series(f"{deep:,} waiting", figure, label=f"tasuki, {deep:,} waiting"),
            figures.series(f"{shallow:,} waiting", figure, label=f"tasuki, {shallow:,} waiting"),
            target,
        )
        for measurement, figure, unit, target in (
            ("drain of a long queue", "drain", "jobs/s", _TARGET),
            ("enqueue p99 on a long queue", "p99", "ms", None),
        )
    ]


def _once(bench: Bench, depth: int) -> Mapping[str, float]:
    """Drains the front of a queue behind which `depth` jobs or more go on waiting."""
    side, front = bench.sides["tasuki"], bench.sizes.front
    bench.clear()
    side.call("enqueue", how=side.hello.bulk[-1], count=max(depth, bench.sizes.shallow + front))
    bench.store.rest()
    p99 = side.call("enqueue_p99", count=bench.sizes.single)["seconds"]
    with side.worker("1 runner") as process:
        bench.await_starts(front, side, process)
        starts = bench.ledger.starts(front)
    skipped = int(front * _WARM_UP)
    return {
        "drain": (front - 1 - skipped) / ((starts[-1] - starts[skipped]) / 1e9),
        "p99": p99 * 1000,
    }
