"""What a process that a job forks off must not take with it."""

import os
import signal
import threading

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def free_children() -> None:
    """Let processes that are forked off from now on end by signals as any other does.

    Otherwise they have the runner's handlers, which do nothing there, and its wake-up descriptor,
    by which the runner would hear of signals that were for them. To be called once in a process.
    """
    handover = _Handover()
    os.register_at_fork(
        before=handover.begin,
        after_in_parent=handover.end,
        after_in_child=handover.end_in_child,
    )


def end_stray_child() -> None:
    """End this process if a job forked it off and it came out of the job's code.

    It would go on as if it were the runner, on the same connections.
    """
    if _family.is_child:
        os._exit(1)


class _Family:
    """Whether this process is one that was forked off since this was imported.

    It belongs to the process, so there is one for all. To ask the system costs too much per job.
    """

    is_child = False

    def branch(self) -> None:
        self.is_child = True


_family = _Family()
os.register_at_fork(after_in_child=_family.branch)


class _Handover:
    """Holds signals back while a thread forks, so that none meets a child that is half made."""

    def __init__(self) -> None:
        self._of_thread = threading.local()

    def begin(self) -> None:
        self._of_thread.mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def end(self) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._of_thread.mask)

    def end_in_child(self) -> None:
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            # What the one who started the runner ignores, such as SIGHUP below nohup, stays so.
            if signal.getsignal(number) != signal.SIG_IGN:
                # Not KeyboardInterrupt for SIGINT: raised in here it would be lost.
                signal.signal(number, signal.SIG_DFL)
        self.end()
