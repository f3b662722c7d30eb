"""Which place each type of job runs in."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tasuki.workers.places.loop import LoopPlace
from tasuki.workers.places.place import Place
from tasuki.workers.places.threads import ThreadPlace
from tasuki.workers.spec import WorkerSpec
from tasuki.workers.worker import RunIn


def places_of(specs: Mapping[str, WorkerSpec]) -> dict[str, Place[Any]]:
    """The place of each type. Types that run in the same way share one."""

    @cache
    def place(run_in: RunIn) -> Place[Any]:
        return LoopPlace() if run_in == "loop" else ThreadPlace()

    return {type: place(spec.run_in) for type, spec in specs.items()}
