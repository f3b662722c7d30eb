"""How fast one worker process empties a backlog of no-op jobs, every job acknowledged.

The backlog is there before the worker starts. The first tenth of the jobs is warm-up; the clock
runs from the start of the next job until the side's own books show nothing that waits or runs,
and until every single job has marked its slot in the ledger.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Series, Target
from benchmarks.sides import Side

_WARM_UP = 0.1

_TARGETS = {"dramatiq": Target("ratio at least", 12), "saq": Target("ratio at least", 25)}

Contenders = dict[str, Callable[[], Mapping[str, float]]]


def loop_jobs(bench: Bench) -> list[Comparison]:
    ours = {"tasuki, 1 runner": "1 runner", "tasuki, 2 runners": "2 runners"}
    contenders: Contenders = {
        label: partial(_drain, bench, "tasuki", worker, bench.sizes.drain)
        for label, worker in ours.items()
        if "tasuki" in bench.sides
    }
    peers = [side for side in bench.sides.values() if side.name != "tasuki"]
    for side in peers:
        contenders |= _workers(bench, side)
    figures = bench.rounds.run(contenders)
    one = figures.series("tasuki, 1 runner", "rate")
    two = figures.series("tasuki, 2 runners", "rate")
    found = [
        _compare(
            "drain", one, figures.ranked(_workers(bench, side), "rate"), _TARGETS.get(side.name)
        )
        for side in peers
    ]
    return [*found, _compare("drain, 2 runners", two, [one] if one else [])]


def thread_jobs(bench: Bench) -> list[Comparison]:
    contenders: Contenders = {}
    if "tasuki" in bench.sides:
        contenders["tasuki"] = partial(
            _drain, bench, "tasuki", "1 runner", bench.sizes.drain_threads, job_type="noop_thread"
        )
    peer = _workers(bench, bench.sides["dramatiq"]) if "dramatiq" in bench.sides else {}
    figures = bench.rounds.run(contenders | peer)
    ours = figures.series("tasuki", "rate", label="tasuki, thread jobs")
    return [_compare("drain, thread jobs", ours, figures.ranked(peer, "rate"))]


def _workers(bench: Bench, side: Side) -> Contenders:
    return {
        f"{side.name}, {worker}": partial(_drain, bench, side.name, worker, bench.sizes.drain)
        for worker in side.hello.workers
    }


def _compare(
    measurement: str, ours: Series | None, others: list[Series], target: Target | None = None
) -> Comparison:
    """Against the best of the other's settings."""
    best, slower = (others[0], others[1:]) if others else (None, [])
    return Comparison(measurement, "jobs/s", ours, best, target, tuple(slower))


def _drain(
    bench: Bench, name: str, worker: str, jobs: Mapping[str, int], **options: object
) -> Mapping[str, float]:
    side, count = bench.sides[name], jobs[name]
    bench.clear()
    side.call("enqueue", how=side.hello.bulk[-1], count=count, **options)
    with side.worker(worker) as process:
        bench.await_starts(count, side, process)
        bench.await_settled(side, process)
        ended = time.monotonic()
    return {"rate": _rate(bench.ledger.starts(count), ended)}


def _rate(starts: list[int], ended: float) -> float:
    skipped = int(len(starts) * _WARM_UP)
    return (len(starts) - skipped) / (ended - starts[skipped] / 1e9)
