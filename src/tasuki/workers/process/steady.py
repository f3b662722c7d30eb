"""An event loop that nothing but its main task ends."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger("tasuki.runner")


def run_steadily(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` to its end, in uvloop if it is there.

    A job that stops the loop, or has a task or a callback that raises SystemExit, would end the
    loop and all other jobs with it. Here the loop goes on, and the log has it.

    Raises:
        BaseException: what `main` raised.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
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


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
