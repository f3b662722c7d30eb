"""Memory of processes that wait for work, as PSS: shared pages are divided among their users."""

import time
from collections.abc import Mapping
from functools import partial

from benchmarks import usage
from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side

_START_SECONDS = 20.0
_REST_SECONDS = 1.0
"""After its first job a process may still tidy up."""

_TARGET = Target("value at most", 45)


def processes(bench: Bench) -> list[Comparison]:
    """Of each side the worker in its default setting: all of its processes."""
    sides = bench.sides.values()
    contenders = {side.name: partial(_once, bench, side) for side in sides}
    figures = bench.rounds.run(contenders, once=True)
    labels = {side.name: f"{side.name}, {next(iter(side.hello.workers))}" for side in sides}
    ours = figures.series("tasuki", "all", label="tasuki, supervisor and 1 runner")
    peers = [
        figures.series(name, "all", label=label)
        for name, label in labels.items()
        if name != "tasuki"
    ]
    return [
        Comparison("idle worker, PSS", "MiB", ours, None, _TARGET),
        *(Comparison("idle worker, PSS", "MiB", ours, peer) for peer in peers),
    ]


def _once(bench: Bench, side: Side) -> Mapping[str, float]:
    bench.clear()
    with side.worker(next(iter(side.hello.workers))) as process:
        side.call("pick_up", samples=1, seconds=_START_SECONDS, pause=0.0)
        time.sleep(_REST_SECONDS)
        return {"all": usage.pss_bytes(usage.tree(process.pid)) / 2**20}
