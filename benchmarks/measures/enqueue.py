"""Bulk enqueue beside the peers' own ways, and one enqueue after another beside bare scripts."""

from collections.abc import Callable, Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side

_BULK_OURS = "tasuki, enqueue_many of 1,000"
_BULK_TARGETS = {"dramatiq, send in a loop": Target("ratio at least", 40)}

_SCRIPTS = {
    "a script that writes": Target("ratio at least", 0.8),
    "a script that only answers": None,
}


def bulk(bench: Bench) -> list[Comparison]:
    contenders: dict[str, Callable[[], Mapping[str, float]]] = {}
    for side in bench.sides.values():
        for how in side.hello.bulk:
            contenders[f"{side.name}, {how}"] = partial(_bulk_once, bench, side, how)
    figures = bench.rounds.run(contenders)
    ours = figures.series(_BULK_OURS, "rate")
    return [
        Comparison(
            "bulk enqueue", "jobs/s", ours, figures.series(name, "rate"), _BULK_TARGETS.get(name)
        )
        for name in contenders
        if name != _BULK_OURS
    ]


def single(bench: Bench) -> list[Comparison]:
    ours = {"tasuki": partial(_single_once, bench)} if "tasuki" in bench.sides else {}
    figures = bench.rounds.run(ours)
    return [
        Comparison(
            "single enqueue",
            "calls/s",
            figures.series("tasuki", "enqueue", label="tasuki, await enqueue"),
            figures.series("tasuki", script, label=f"EVALSHA of {script}"),
            target,
        )
        for script, target in _SCRIPTS.items()
    ]


def _bulk_once(bench: Bench, side: Side, how: str) -> Mapping[str, float]:
    bench.clear()
    count = bench.sizes.bulk[side.name]
    return {"rate": count / side.call("enqueue", how=how, count=count)["seconds"]}


def _single_once(bench: Bench) -> Mapping[str, float]:
    bench.clear()
    return bench.sides["tasuki"].call("single", count=bench.sizes.single)
