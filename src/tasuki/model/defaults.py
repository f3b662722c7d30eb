"""What a setting is by default, and a part that is used without settings, too. Times in seconds."""

LEASE_SECONDS = 15.0
"""After how long a vanished runner loses its jobs."""

GRACE_SECONDS = 25.0
"""Below the 30 s after which Kubernetes kills what it has told to end."""

MAX_CRASHES = 3
"""How many runners a job may crash before it is failed."""

LOG_LINES = 1_000
"""How many log lines of a job are kept."""

PROCESSES = 1
"""How many runners there are, each a process."""

APART_PROCESSES = 8
"""How many more at most, for jobs that may have crashed one."""

HTTP_HOST = "127.0.0.1"
HTTP_PORT = 16379
