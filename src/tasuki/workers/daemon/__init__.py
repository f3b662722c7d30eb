"""The daemon: a supervisor that keeps runners running, and never imports the user's code.

    Daemon ── Lane (one per runner) ── Launcher ──▶ RunnerProcess ── MessagePipe
                 ├── Renewal     renews the lease of a runner that is blocked as a whole
                 ├── HandBack    gives the jobs of a dead runner back, at once
                 └── RestartDelays
    FileWatch    starts the runners again when the app's files change

Each stands in a file of its own.
"""

from tasuki.workers.daemon.daemon import Daemon, DaemonOptions

__all__ = ["Daemon", "DaemonOptions"]
