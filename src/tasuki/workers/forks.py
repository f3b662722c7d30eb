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


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        # What the process that started the runner ignores, such as SIGHUP below nohup, stays so.
        if signal.getsignal(number) != signal.SIG_IGN:
            fresh = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, fresh)
