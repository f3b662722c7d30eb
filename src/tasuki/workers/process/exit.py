"""Ends the process, even if something in it does not end."""

import logging
import os
import signal
import sys
import threading
from typing import NoReturn

log = logging.getLogger("tasuki.runner")

LINGER_SECONDS = 1.0
"""How long threads that the app has started may go on when everything else has ended."""
FLUSH_SECONDS = 0.5


def end_now(code: int, *, group: bool = False) -> NoReturn:
    """End the process on the spot, with its whole process group if that is its own and `group`.

    What has been logged is written first, if that does not take long.
    """
    flushing = threading.Thread(target=_flush, daemon=True)
    flushing.start()
    flushing.join(FLUSH_SECONDS)
    if group and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(code)


def end_within(seconds: float, code: int, why: str, *, group: bool = False) -> None:
    """End the process when so many seconds have gone by, if it has not ended by itself then.

    `why` is logged, with the threads that are still there.
    """

    def end() -> NoReturn:
        log.warning("%s; threads that have not ended: %s", why, _threads())
        end_now(code, group=group)

    timer = threading.Timer(seconds, end)
    timer.name = "tasuki-exit"
    timer.daemon = True
    timer.start()


def leave_process(code: int) -> NoReturn:
    """End the process in the usual way, or soon.

    The interpreter waits for every thread that is no daemon, perhaps for ever: for one that is
    stuck in a job that was released, or one of a library that nobody told to end.
    """
    end_within(LINGER_SECONDS, code, "ended without waiting any longer")
    sys.exit(code)


def _threads() -> str:
    main = threading.main_thread()
    there = (thread for thread in threading.enumerate() if not thread.daemon)
    return ", ".join(thread.name for thread in there if thread is not main) or "only the main one"


def _flush() -> None:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
