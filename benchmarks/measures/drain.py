"""How fast one worker process empties a backlog of no-op jobs, every job acknowledged.

The backlog is there before the worker starts. The first tenth of the jobs is warm-up; the clock
runs from the start of the next job until the side's own books show nothing that waits or runs,
and until every single job has marked its slot in the ledger.
"""

import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.costs import Meter
from benchmarks.harness import Figures
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side

_WARM_UP = 0.1

_ONE, _TWO = "tasuki, 1 runner", "tasuki, 2 runners"

_TARGETS = {
    "dramatiq, default, 8 threads": Target("ratio at least", 12),
    "saq, default, concurrency 10": Target("ratio at least", 25),
    "saq, concurrency 100": Target("ratio at least", 25),
    "bee-queue, concurrency 200": Target("ratio at least", 3.8),
}

_ALIKE_TARGETS = {("32 threads", "dramatiq"): Target("ratio at least", 12)}

_COSTS = {"drain, CPU of the worker": "worker", "drain, CPU of the store": "store"}
"""Microseconds a job, by name of the measurement."""

Contenders = dict[str, Callable[[], Mapping[str, float]]]


def backlog(bench: Bench) -> list[Comparison]:
    """Our runner beside each peer in its default setting and in its fastest; and two of ours."""
    peers = _peers(bench, 0, -1)
    contenders = _ours(bench) | peers
    if side := bench.sides.get("tasuki"):
        contenders[_TWO] = partial(_by_two, bench, side)
    figures = bench.rounds.run(contenders)
    ours, two = figures.series(_ONE, "rate"), figures.series(_TWO, "rate")
    return [*_rates(figures, peers), Comparison("drain, 2 runners", "jobs/s", two, ours)]


def with_costs(bench: Bench) -> list[Comparison]:
    """Our runner beside each peer in its fastest setting; and what a job costs."""
    peers = _peers(bench, -1)
    figures = bench.rounds.run(_ours(bench) | peers)
    costs = [
        Comparison(
            measurement, "µs/job", figures.series(_ONE, figure), figures.series(name, figure)
        )
        for measurement, figure in _COSTS.items()
        for name in peers
    ]
    scripts = figures.series(_ONE, "scripts")
    return [
        *_rates(figures, peers),
        *costs,
        Comparison("drain, script time", "µs/job", scripts, None),
    ]


def few_at_once(bench: Bench) -> list[Comparison]:
    """One job at a time, and ten."""
    return _alike(bench, ("concurrency 1", "concurrency 10"), bench.sizes.drain_few)


def in_threads(bench: Bench) -> list[Comparison]:
    return _alike(bench, ("10 threads", "32 threads"), bench.sizes.drain_threads)


def _alike(bench: Bench, settings: Iterable[str], jobs: Mapping[str, int]) -> list[Comparison]:
    """Sides beside each other in settings that all of them know by the same name."""
    contenders = {
        f"{side.name}, {setting}": partial(_drain, bench, side, setting, jobs[side.name])
        for setting in settings
        for side in bench.sides.values()
    }
    figures = bench.rounds.run(contenders)
    return [
        Comparison(
            f"drain, {setting}",
            "jobs/s",
            figures.series(f"tasuki, {setting}", "rate"),
            figures.series(f"{name}, {setting}", "rate", label=name),
            _ALIKE_TARGETS.get((setting, name)),
        )
        for setting in settings
        for name in bench.sides
        if name != "tasuki"
    ]


def _rates(figures: Figures, peers: Iterable[str]) -> list[Comparison]:
    ours = figures.series(_ONE, "rate")
    return [
        Comparison("drain", "jobs/s", ours, figures.series(name, "rate"), _TARGETS.get(name))
        for name in peers
    ]


def _ours(bench: Bench) -> Contenders:
    if side := bench.sides.get("tasuki"):
        return {_ONE: partial(_drain, bench, side, "1 runner", bench.sizes.drain[side.name])}
    return {}


def _peers(bench: Bench, *places: int) -> Contenders:
    """Each peer in those of its settings: the first is its default, the last its fastest."""
    return {
        f"{side.name}, {setting}": partial(
            _drain, bench, side, setting, bench.sizes.drain[side.name]
        )
        for side in bench.sides.values()
        if side.name != "tasuki"
        for place in places
        for setting in (list(side.hello.workers)[place],)
    }


def _drain(bench: Bench, side: Side, setting: str, count: int) -> Mapping[str, float]:
    _fill(bench, side, count)
    with side.worker(setting) as process:
        return _figures(bench, side, process, count)


def _by_two(bench: Bench, side: Side) -> Mapping[str, float]:
    """Holds the jobs back until both runners are there: the start of the second is no part."""
    count = bench.sizes.drain[side.name]
    _fill(bench, side, count)
    side.call("pause")
    with side.worker("2 runners") as process:
        side.call("resume", runners=2)
        return _figures(bench, side, process, count)


def _fill(bench: Bench, side: Side, count: int) -> None:
    bench.clear()
    side.call("enqueue", how=side.hello.bulk[-1], count=count)


def _figures(
    bench: Bench, side: Side, worker: subprocess.Popen[bytes], count: int
) -> Mapping[str, float]:
    skipped = int(count * _WARM_UP)
    bench.await_starts(skipped, side, worker)
    begun, meter = bench.ledger.started(count), Meter(bench.store, worker.pid)
    bench.await_starts(count, side, worker)
    bench.await_settled(side, worker)
    ended = time.monotonic()
    costs = meter.microseconds(count - begun)
    starts = bench.ledger.starts(count)
    return {"rate": (count - skipped) / (ended - starts[skipped] / 1e9), **costs}
