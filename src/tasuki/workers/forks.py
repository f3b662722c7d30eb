"""What a process that a job forks off must not take with it."""

import os
import signal

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def free_children() -> None:
    """Let processes that are forked off from now on end by signals as any other does.

    Otherwise they have the runner's handlers, which do nothing there, and its wake-up descriptor,
    by which the runner would hear of signals that were for them. To be called once in a process.
    """
    os.register_at_fork(after_in_child=_reset_signals)


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


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        # What the process that started the runner ignores, such as SIGHUP below nohup, stays so.
        if signal.getsignal(number) != signal.SIG_IGN:
            fresh = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, fresh)
