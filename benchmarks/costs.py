"""What jobs cost: processor time of the worker and of the store, and time in scripts."""

from collections.abc import Mapping

from benchmarks import usage
from benchmarks.store import Store


class Meter:
    """Reads the clocks when it is made, and again when asked."""

    def __init__(self, store: Store, worker: int) -> None:
        self._store = store
        self._worker = worker
        self._before = self._read()

    def microseconds(self, jobs: int) -> Mapping[str, float]:
        """Microseconds since then for each of `jobs` jobs: `worker`, `store` and `scripts`.

        Nothing where all of the jobs were over before the first reading.
        """
        if jobs <= 0:
            return {}
        now = self._read()
        return {name: (now[name] - self._before[name]) / jobs * 1e6 for name in now}

    def _read(self) -> dict[str, float]:
        """Seconds; those of a worker include all of its processes."""
        return {
            "worker": usage.cpu_seconds(usage.tree(self._worker)),
            "store": usage.cpu_seconds([self._store.pid]),
            "scripts": self._store.script_time().seconds,
        }
