"""Listens to the supervisor, and shows it that this process can still run its threads."""

import contextlib
import logging
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

from tasuki.workers.process.exit import end_now
from tasuki.workers.process.protocol import EXIT_OK

log = logging.getLogger("tasuki.runner")

Order = Literal["stop", "hurry", "gone"]
"""`gone`: there is no supervisor any more."""

_ORDERS: dict[bytes, Order] = {b"stop": "stop", b"hurry": "hurry"}


class Lifeline:
    """A thread that is there from the first moment on, so that nothing has to be waited for.

    As long as nobody else takes the orders, each ends the process: it holds nothing yet.
    """

    def __init__(self, fd: int, pulse: float, beat: Callable[[], None]) -> None:
        self._fd = fd
        self._pulse = pulse
        self._beat = beat
        self._take: Callable[[Order], None] | None = None
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)
        self._rest = b""
        self._gone = False
        self._thread = threading.Thread(target=self._run, name="tasuki-lifeline", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @contextlib.contextmanager
    def taken_by(self, take: Callable[[Order], None]) -> Iterator[None]:
        """Hand the orders over, in the thread, for the length of a `with` block."""
        self._take = take
        try:
            yield
        finally:
            # From now on the process ends by itself.
            self._take = _ignore

    def _run(self) -> None:
        while True:
            try:
                self._turn()
            except Exception:
                log.exception("the lifeline of this runner failed, and goes on")
                time.sleep(self._pulse)

    def _turn(self) -> None:
        if self._gone:
            time.sleep(self._pulse)
        elif self._poll.poll(self._pulse * 1_000):
            piece = os.read(self._fd, 4_096)
            if not piece:
                self._gone = True
                self._obey("gone")
                return
            *lines, self._rest = (self._rest + piece).split(b"\n")
            for line in lines:
                if line in _ORDERS:
                    self._obey(_ORDERS[line])
        self._beat()

    def _obey(self, order: Order) -> None:
        if self._take is None:
            end_now(EXIT_OK)
        self._take(order)


def _ignore(_: Order) -> None: ...
