"""The daemon: a supervisor that keeps runners running, and never imports the user's code.

    Daemon ┬─ Lane (one per runner) ─┬─ Launcher ──▶ RunnerProcess ── MessagePipe, BlackBox
           │                         ├─ RestartDelays
           ├─ ApartRunners ──────────┤
           │                         └─ Following   goes along with a runner to its end
           │                              ├─ Renewal     renews the lease of one that is blocked
           │                              └─ HandBack    gives the jobs of a dead one back, at once
           └─ FileWatch    starts the runners again when the app's files change

Each stands in a file of its own.
"""

from tasuki.workers.daemon.daemon import Daemon, DaemonOptions

__all__ = ["Daemon", "DaemonOptions"]
