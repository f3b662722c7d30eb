"""What people see, whoever shows it: the HTTP API, the page and the command line.

>>> (await read_stats(client, health)).durability
<Durability.ALWAYS: 'always'>
"""

from tasuki.views.figures import StatsView, read_stats

__all__ = ["StatsView", "read_stats"]
