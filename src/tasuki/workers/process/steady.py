"""An event loop that nothing but its main task ends."""

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from tasuki.workers.attempt.of_job import is_of_job

log = logging.getLogger("tasuki.runner")


def run_steadily(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` to its end, in uvloop if it is there.

    A job that stops the loop, or has a task or a callback that raises SystemExit, would end the
    loop and all other jobs with it. Here the loop goes on, and the log has it. And a job that
    cancels all tasks, or waits for them, finds those that jobs have made.

    Raises:
        BaseException: what `main` raised.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
        loop.set_task_factory(_task)
        task = loop.create_task(main)
        while True:
            try:
                loop.run_until_complete(task)
            except BaseException as error:
                if task.done():
                    raise
                log.exception("something wanted to end the event loop, which goes on: %r", error)  # noqa: TRY401
            else:
                return


def _task(
    loop: asyncio.AbstractEventLoop,
    coroutine: Any,
    *,
    context: Context | None = None,
    **options: Any,
) -> asyncio.Task[Any]:
    task = asyncio.Task(coroutine, loop=loop, context=context, **options)
    if not is_of_job(context):
        # Its name looks private, but it is documented, for those who make tasks of their own.
        asyncio._unregister_task(task)  # noqa: SLF001
    return task


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
