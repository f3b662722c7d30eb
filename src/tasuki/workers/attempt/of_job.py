"""Tells the code of jobs from the runner's own."""

from contextvars import Context, ContextVar

_of_job = ContextVar("tasuki_of_job", default=False)


def enter_job() -> None:
    """From here on all that runs in this context, or in a copy of it, is a job's."""
    _of_job.set(True)


def is_of_job(context: Context | None) -> bool:
    """Whether a context, or the one that this is called in, is a job's."""
    return _of_job.get() if context is None else context.get(_of_job, False)
