"""From the call of enqueue to the start of the handler, on an idle queue."""

from collections.abc import Mapping
from functools import partial
from statistics import quantiles

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target

_WARM_UP_JOBS = 10
_WARM_UP_SECONDS = 20.0

_WORKERS = {"tasuki": "1 runner", "rq": "SimpleWorker"}
"""The worker of each side; of the others, the first they name, which is their default."""

_TARGETS = {
    ("p50", "blpop"): Target("ratio at most", 1.6),
    ("p50", "bee-queue"): Target("ratio at most", 1),
}


def pick_up(bench: Bench) -> list[Comparison]:
    figures = bench.rounds.run({name: partial(_pick_up_once, bench, name) for name in bench.sides})
    return [
        Comparison(
            f"pick-up {figure}",
            "ms",
            figures.series("tasuki", figure),
            figures.series(name, figure, label=_label(bench, name)),
            _TARGETS.get((figure, name)),
        )
        for figure in ("p50", "p99")
        for name in bench.sides
        if name != "tasuki"
    ]


def _worker(bench: Bench, name: str) -> str:
    return _WORKERS.get(name) or next(iter(bench.sides[name].hello.workers))


def _label(bench: Bench, name: str) -> str:
    return f"{name}, {_worker(bench, name)}"


def _pick_up_once(bench: Bench, name: str) -> Mapping[str, float]:
    bench.clear()
    side, sizes = bench.sides[name], bench.sizes
    with side.worker(_worker(bench, name)):
        side.call("pick_up", samples=_WARM_UP_JOBS, seconds=_WARM_UP_SECONDS, pause=0.0)
        bench.ledger.clear()
        count = side.call(
            "pick_up",
            samples=sizes.latency_samples,
            seconds=sizes.latency_seconds,
            pause=sizes.latency_pause,
        )["count"]
    cuts = quantiles(bench.ledger.delays(count), n=100, method="inclusive")
    return {"p50": cuts[49] * 1000, "p99": cuts[98] * 1000}
