"""The runner's end of the pipe to its supervisor."""

import os
import select
import threading
from collections.abc import Callable

import msgspec

from tasuki.workers.process.protocol import Message

SLACK_SECONDS = 1.0
FULL_SECONDS = 1.0
"""How long a supervisor that does not read holds up what is not just a beat."""


class Channel:
    """The watcher of a runner with a supervisor, told from any thread. Without one it tells nobody.

    A supervisor that is gone, or does not read, holds nothing up here. `gone` is called when the
    runner has left the store.

    Until when the jobs may be busy is told at each beat, and before jobs begin if it has changed
    since. It is told one second too late, so that a stream of short jobs does not tell it more
    than once a second.
    """

    def __init__(self, fd: int | None, gone: Callable[[], None]) -> None:
        self._fd = fd
        self._gone = gone
        self._lock = threading.Lock()
        self._told = 0.0
        self.is_known = False
        """Whether it has told an identity, so that there may be jobs to hand back."""
        self.released = 0
        """How many jobs it has given back unfinished."""
        if fd is not None:
            os.set_blocking(fd, False)

    def registered(self, identity: str) -> None:
        """The runner is about to register under this identity."""
        self.is_known = True
        self._send(Message("identity", identity))

    def pulse(self) -> None:
        """Threads can run, and there is no other news."""
        self._send(Message("beat", busy_until=self._told))

    def beat(self, busy_until: float) -> None:
        """Threads can run, and the running jobs should be over by then (0: not known)."""
        self._told = busy_until and busy_until + SLACK_SECONDS
        self.pulse()

    def begins(self, busy_until: float) -> None:
        """Jobs are about to begin, and all should be over by then."""
        if busy_until > self._told or (not busy_until and self._told):
            self.beat(busy_until)

    def suspects(self, waiting: int) -> None:
        """So many jobs that this runner could run wait for one apart."""
        self._send(Message("suspects", count=waiting))

    def retire(self, reason: str) -> None:
        """The runner wants to be replaced."""
        self._send(Message("retire", text=reason))

    def ending(self, reason: str) -> None:
        """The runner ends, though the supervisor has not told it to."""
        self._send(Message("ending", text=reason))

    def blocked(self, ref: str) -> None:
        """The attempt at this job is past its timeout, and blocks all others."""
        self._send(Message("blocked", ref=ref))

    def left(self, released: int) -> None:
        """It has left the store."""
        self.released = released
        self._send(Message("left", count=released))
        self._gone()

    def failed(self, text: str) -> None:
        """It cannot start."""
        self._send(Message("failed", text=text))

    def _send(self, message: Message) -> None:
        if self._fd is None:
            return
        rest = msgspec.json.encode(message) + b"\n"
        with self._lock:
            while rest:
                try:
                    rest = rest[os.write(self._fd, rest) :]
                except BlockingIOError:
                    # The next beat says more than this one.
                    if message.kind == "beat" or not self._is_read():
                        return
                except OSError:
                    return

    def _is_read(self) -> bool:
        poll = select.poll()
        poll.register(self._fd or 0, select.POLLOUT)
        return bool(poll.poll(FULL_SECONDS * 1_000))
