"""Tasuki: a job server for Python.

Write a worker, submit a job, and look at it:

>>> from tasuki import Worker, Job
>>> class Resize(Worker):
...     type = "resize"
...
...     async def process(self, job: Job) -> dict: ...

Names are imported when they are first used, so that `import tasuki` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasuki.client import BlockingClient, Client, connect, connect_sync
    from tasuki.model.backoff import Backoff
    from tasuki.model.errors import (
        AppError,
        InvalidError,
        JobFailedError,
        JobNotFoundError,
        KeyReusedError,
        LayoutError,
        LeaseLostError,
        PayloadError,
        StateError,
        StoreError,
        StoreFullError,
        StoreReadOnlyError,
        StoreRefusedError,
        StoreUnavailableError,
        StoreUnsafeError,
        TasukiError,
        WaitTimeoutError,
    )
    from tasuki.model.job import Attempts, JobInfo, NewJob
    from tasuki.model.outcome import Cancel, Fail, JobError, Retry, Snooze
    from tasuki.model.retention import Keep, Retention
    from tasuki.model.state import State
    from tasuki.workers.job import Job
    from tasuki.workers.worker import Worker, worker

__version__ = "0.1.0"

_ERRORS = (
    "AppError",
    "InvalidError",
    "JobFailedError",
    "JobNotFoundError",
    "KeyReusedError",
    "LayoutError",
    "LeaseLostError",
    "PayloadError",
    "StateError",
    "StoreError",
    "StoreFullError",
    "StoreReadOnlyError",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoreUnsafeError",
    "TasukiError",
    "WaitTimeoutError",
)

_HOMES = {
    "Attempts": "tasuki.model.job",
    "Backoff": "tasuki.model.backoff",
    "BlockingClient": "tasuki.client",
    "Cancel": "tasuki.model.outcome",
    "Client": "tasuki.client",
    "Fail": "tasuki.model.outcome",
    "Job": "tasuki.workers.job",
    "JobError": "tasuki.model.outcome",
    "JobInfo": "tasuki.model.job",
    "Keep": "tasuki.model.retention",
    "NewJob": "tasuki.model.job",
    "Retention": "tasuki.model.retention",
    "Retry": "tasuki.model.outcome",
    "Snooze": "tasuki.model.outcome",
    "State": "tasuki.model.state",
    "Worker": "tasuki.workers.worker",
    "connect": "tasuki.client",
    "connect_sync": "tasuki.client",
    "worker": "tasuki.workers.worker",
} | dict.fromkeys(_ERRORS, "tasuki.model.errors")

__all__ = [
    "AppError",
    "Attempts",
    "Backoff",
    "BlockingClient",
    "Cancel",
    "Client",
    "Fail",
    "InvalidError",
    "Job",
    "JobError",
    "JobFailedError",
    "JobInfo",
    "JobNotFoundError",
    "Keep",
    "KeyReusedError",
    "LayoutError",
    "LeaseLostError",
    "NewJob",
    "PayloadError",
    "Retention",
    "Retry",
    "Snooze",
    "State",
    "StateError",
    "StoreError",
    "StoreFullError",
    "StoreReadOnlyError",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoreUnsafeError",
    "TasukiError",
    "WaitTimeoutError",
    "Worker",
    "connect",
    "connect_sync",
    "worker",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'tasuki' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
