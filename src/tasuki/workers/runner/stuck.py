"""The slots of attempts that do not end."""

import logging
from collections.abc import Mapping

from tasuki.workers.attempt.attempt import Attempt
from tasuki.workers.spec import WorkerSpec
from tasuki.workers.watcher import Watcher

log = logging.getLogger("tasuki.runner")


class StuckSlots:
    """Knows the attempts that go on although they were settled without it, such as a hung thread.

    Each of them is told of, with where it hangs. When half of the slots of a type are stuck,
    the watcher is told so, once: the runner is of little use for that type any more.
    """

    def __init__(self, specs: Mapping[str, WorkerSpec], watcher: Watcher) -> None:
        self._specs = specs
        self._watcher = watcher
        self._retired = False
        self._attempts: set[Attempt] = set()

    def __len__(self) -> int:
        return len(self._attempts)

    def add(self, attempt: Attempt) -> None:
        """It should have ended long ago."""
        self._attempts.add(attempt)
        type = attempt.spec.type
        log.warning(
            "job %s of type %r was told to end, does not, and keeps its slot; it is at\n%s",
            attempt.id,
            type,
            attempt.stack(),
        )
        stuck = sum(other.spec.type == type for other in self._attempts)
        slots = self._specs[type].concurrency
        if not self._retired and 2 * stuck >= slots:
            self._retired = True
            self._watcher.retire(
                f"{stuck} of {slots} slots of type {type!r} are taken by jobs that hang"
            )

    def remove(self, attempt: Attempt) -> None:
        """It has ended; after all, if it was stuck."""
        if attempt in self._attempts:
            self._attempts.remove(attempt)
            log.info("job %s of type %r has ended at last", attempt.id, attempt.spec.type)
