"""Store memory per waiting job: the growth of `used_memory`, divided by the jobs."""

from collections.abc import Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side

_TARGET = Target("value at most", 256)


def per_waiting_job(bench: Bench) -> list[Comparison]:
    sides = bench.sides.values()
    contenders = {side.name: partial(_once, bench, side) for side in sides}
    figures = bench.rounds.run(contenders, once=True)
    ours = figures.series("tasuki", "bytes")
    peers = [figures.series(name, "bytes") for name in bench.sides if name != "tasuki"]
    return [
        Comparison("memory per waiting job", "bytes", ours, None, _TARGET),
        *(Comparison("memory per waiting job", "bytes", ours, peer) for peer in peers),
    ]


def _once(bench: Bench, side: Side) -> Mapping[str, float]:
    bench.clear()
    count = bench.sizes.memory[side.name]
    side.call("enqueue", how=side.hello.bulk[-1], count=1)
    before = bench.store.used_memory()
    side.call("enqueue", how=side.hello.bulk[-1], count=count)
    return {"bytes": (bench.store.used_memory() - before) / count}
