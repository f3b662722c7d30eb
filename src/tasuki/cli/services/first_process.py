"""What the first process of a container owes: it passes signals on, and buries the orphans.

A process whose parent has ended becomes a child of the first one, and stays in the table of
processes until that one has asked how it ended. Whoever started a child asks for that child alone,
so this is the work of a process that does nothing else.
"""

import os
import signal
from collections.abc import Set as AbstractSet

PASSED_ON = frozenset(
    {
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGTERM,
        signal.SIGUSR1,
        signal.SIGUSR2,
    }
)
KILLED = 128
"""The exit code of a program that was killed is this and the number of the signal."""


def stand_back(pid: int | None = None) -> None:
    """In the first process of a container: go on in a child, and see to it from here.

    Returns in the child alone, and at once in any other process. To be called before there are
    threads. `pid` stands for the own process id.
    """
    if (os.getpid() if pid is None else pid) != 1:
        return
    heard = PASSED_ON | {signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, heard)
    child = os.fork()
    if child:
        os._exit(_see_to(child, heard))
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _see_to(child: int, heard: AbstractSet[signal.Signals]) -> int:
    """Pass signals on and bury who ends, until the child has. Gives its exit code."""
    while True:
        found = signal.sigwaitinfo(heard)
        if found.si_signo == signal.SIGCHLD:
            code = _bury(child)
            if code is not None:
                return code
        elif found.si_code <= 0:
            # What a terminal sends, it sends to the child as well.
            os.kill(child, found.si_signo)


def _bury(child: int) -> int | None:
    """Ask all who have ended how they did; the exit code of the child if it was among them."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if not pid:
            return code
        if pid == child:
            ended = os.waitstatus_to_exitcode(status)
            code = ended if ended >= 0 else KILLED - ended
