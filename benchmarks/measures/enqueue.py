"""Bulk enqueue and one enqueue after another, beside the peers' own ways and bare scripts."""

from collections.abc import Callable, Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side
from benchmarks.store import Setup

_BULK_OURS = "tasuki, enqueue_many of 1,000"
_BULK_TARGETS = {
    (Setup.DURABLE, "dramatiq, send in a loop"): Target("ratio at least", 40),
    (Setup.TCP, "bee-queue, saveAll of 1,000"): Target("ratio at least", 1.7),
}

_SINGLE = {"tasuki": "single enqueue", "tasuki, uvloop": "single enqueue on uvloop"}
"""Names of the measurement, by our side."""

_SINGLE_TARGETS = {
    ("tasuki", "bee-queue"): Target("ratio at least", 0.5),
    ("tasuki, uvloop", "bee-queue"): Target("ratio at least", 0.6),
}

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
            "bulk enqueue",
            "jobs/s",
            ours,
            figures.series(name, "rate"),
            _BULK_TARGETS.get((bench.store.setup, name)),
        )
        for name in contenders
        if name != _BULK_OURS
    ]


def one_by_one(bench: Bench) -> list[Comparison]:
    """Each side its own call, and what the store does in scripts for it, if it has any."""
    sides = bench.sides.values()
    figures = bench.rounds.run({side.name: partial(_one_by_one, bench, side) for side in sides})
    others = {
        side.name: f"{side.name}, {side.hello.single}" for side in sides if side.name not in _SINGLE
    }
    rates = [
        Comparison(
            measurement,
            "calls/s",
            figures.series(ours, "rate"),
            figures.series(other, "rate", label=label),
            _SINGLE_TARGETS.get((ours, other)),
        )
        for ours, measurement in _SINGLE.items()
        for other, label in others.items()
    ]
    ours = figures.series("tasuki", "script")
    scripts = [
        Comparison("single enqueue, script time", "µs/call", ours, theirs)
        for other, label in others.items()
        if (theirs := figures.series(other, "script", label=label))
    ]
    return [*rates, *scripts]


def beside_scripts(bench: Bench) -> list[Comparison]:
    ours = {"tasuki": partial(_beside_scripts, bench)} if "tasuki" in bench.sides else {}
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


def _one_by_one(bench: Bench, side: Side) -> Mapping[str, float]:
    bench.clear()
    count = bench.sizes.single
    before = bench.store.script_time()
    seconds = side.call("enqueue", how=side.hello.single, count=count)["seconds"]
    scripts = bench.store.script_time() - before
    costs = {"script": scripts.seconds / count * 1e6} if scripts.calls else {}
    return {"rate": count / seconds, **costs}


def _beside_scripts(bench: Bench) -> Mapping[str, float]:
    bench.clear()
    return bench.sides["tasuki"].call("single", count=bench.sizes.single)
