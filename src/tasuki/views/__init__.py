"""What people see, whoever shows it: the HTTP API, the page and the command line.

>>> job_json(await client.get(7)).state
'completed'
"""

from tasuki.views.figures import MinuteView, RunnerView, StatsView, read_stats, runner_view
from tasuki.views.job_json import JobJson, job_json

__all__ = [
    "JobJson",
    "MinuteView",
    "RunnerView",
    "StatsView",
    "job_json",
    "read_stats",
    "runner_view",
]
