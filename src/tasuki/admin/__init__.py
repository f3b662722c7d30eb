"""What people do and see, whoever asks: the HTTP API, the dashboard and the command line.

>>> admin = Admin(store, client)
>>> info = await admin.job(7)
>>> job_json(info).state
'completed'
"""

from tasuki.admin.admin import Admin
from tasuki.admin.health import Health, Readiness
from tasuki.admin.job_json import JobJson, job_json
from tasuki.admin.signs import Durability
from tasuki.admin.views import MinuteView, RunnerView, StatsView

__all__ = [
    "Admin",
    "Durability",
    "Health",
    "JobJson",
    "MinuteView",
    "Readiness",
    "RunnerView",
    "StatsView",
    "job_json",
]
