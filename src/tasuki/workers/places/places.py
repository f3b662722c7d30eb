"""Where the jobs of each type run."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasuki.workers.places.loop import LoopPlace
from tasuki.workers.places.place import Place
from tasuki.workers.places.pool import ThreadPool
from tasuki.workers.places.threads import ThreadPlace
from tasuki.workers.spec import WorkerSpec


class Places:
    """The place of each type, and the threads that they share."""

    def __init__(self, specs: Mapping[str, WorkerSpec]) -> None:
        self._pool = ThreadPool()
        self._places = {type: self._place(spec) for type, spec in specs.items()}

    def __getitem__(self, type: str) -> Place[Any]:
        return self._places[type]

    def __iter__(self) -> Iterator[Place[Any]]:
        return iter(self._places.values())

    def close(self) -> None:
        """Let go of what is idle. What is still busy ends with the process."""
        self._pool.close()

    def _place(self, spec: WorkerSpec) -> Place[Any]:
        if spec.run_in == "loop":
            return LoopPlace(spec.concurrency)
        return ThreadPlace(self._pool, spec.concurrency)
