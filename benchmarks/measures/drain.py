"""How fast one worker process empties a backlog of no-op jobs, every job acknowledged.

The backlog is there before the worker starts. The first tenth of the jobs is warm-up; the clock
runs from the start of the next job until the side's own books show nothing that waits or runs,
and until every single job has marked its slot in the ledger.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side

_WARM_UP = 0.1

_ONE, _TWO, _THREADS = "tasuki, 1 runner", "tasuki, 2 runners", "tasuki, thread jobs"

_TARGETS = {
    "dramatiq, default": Target("ratio at least", 12),
    "saq, default": Target("ratio at least", 25),
    "saq, concurrency 100": Target("ratio at least", 25),
}

Contenders = dict[str, Callable[[], Mapping[str, float]]]


def loop_jobs(bench: Bench) -> list[Comparison]:
    jobs = bench.sizes.drain
    contenders: Contenders = {}
    if side := bench.sides.get("tasuki"):
        contenders[_ONE] = partial(_drain, bench, side, "1 runner", jobs)
        contenders[_TWO] = partial(_drain_by_two, bench, side, jobs)
    peers = _peers(bench)
    figures = bench.rounds.run(contenders | peers)
    ours = figures.series(_ONE, "rate")
    found = [
        Comparison("drain", "jobs/s", ours, figures.series(name, "rate"), _target(name))
        for name in peers
    ]
    two = figures.series(_TWO, "rate")
    return [*found, Comparison("drain, 2 runners", "jobs/s", two, ours)]


def thread_jobs(bench: Bench) -> list[Comparison]:
    jobs = bench.sizes.drain_threads
    contenders: Contenders = {}
    if side := bench.sides.get("tasuki"):
        contenders[_THREADS] = partial(
            _drain, bench, side, "1 runner", jobs, job_type="noop_thread"
        )
    peers = _peers(bench)
    figures = bench.rounds.run(contenders | peers)
    ours = figures.series(_THREADS, "rate")
    return [
        Comparison("drain, thread jobs", "jobs/s", ours, figures.series(name, "rate"))
        for name in peers
    ]


def _peers(bench: Bench) -> Contenders:
    """Every setting of every peer."""
    return {
        f"{side.name}, {worker}": partial(_drain, bench, side, worker, bench.sizes.drain)
        for side in bench.sides.values()
        if side.name != "tasuki"
        for worker in side.hello.workers
    }


def _target(name: str) -> Target | None:
    return next((goal for start, goal in _TARGETS.items() if name.startswith(start)), None)


def _drain(
    bench: Bench, side: Side, worker: str, jobs: Mapping[str, int], **options: object
) -> Mapping[str, float]:
    count = jobs[side.name]
    bench.clear()
    side.call("enqueue", how=side.hello.bulk[-1], count=count, **options)
    with side.worker(worker) as process:
        bench.await_starts(count, side, process)
        bench.await_settled(side, process)
        ended = time.monotonic()
    return {"rate": _rate(bench.ledger.starts(count), ended)}


def _drain_by_two(bench: Bench, side: Side, jobs: Mapping[str, int]) -> Mapping[str, float]:
    """Holds the jobs back until both runners are there: the start of the second is no part."""
    count = jobs[side.name]
    bench.clear()
    side.call("enqueue", how=side.hello.bulk[-1], count=count)
    side.call("pause")
    with side.worker("2 runners") as process:
        side.call("resume", runners=2)
        bench.await_starts(count, side, process)
        bench.await_settled(side, process)
        ended = time.monotonic()
    return {"rate": _rate(bench.ledger.starts(count), ended)}


def _rate(starts: list[int], ended: float) -> float:
    skipped = int(len(starts) * _WARM_UP)
    return (len(starts) - skipped) / (ended - starts[skipped] / 1e9)
