"""What `tasuki top` looks at, and how fast it changes."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from tasuki.client import Client
from tasuki.model.job import JobInfo
from tasuki.model.state import FINISHED, State
from tasuki.store.health import Health
from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.looks.types import TypeInfo
from tasuki.views import StatsView, read_stats

FAILURES = 8


class Sample(NamedTuple):
    """Everything at one moment. `rates` is how many jobs of each type end in a second."""

    at: float
    types: list[TypeInfo]
    runners: list[RunnerInfo]
    failures: list[JobInfo]
    stats: StatsView
    rates: Mapping[str, float]

    @property
    def rate(self) -> float:
        """How many jobs end in a second."""
        return sum(self.rates.values())


async def take_sample(client: Client, health: Health, before: Sample | None) -> Sample:
    """Look at everything. Rates are since the sample before, or else those of the last minute.

    Raises:
        StoreError: the store cannot be reached.
    """
    types = await client.types()
    runners = await client.runners()
    failures = (await client.page(state=State.FAILED, limit=FAILURES)).jobs
    stats = await read_stats(client, health, 2)
    now = time.monotonic()
    if before is None:
        rates = {type: _ended(events) / 60 for type, events in stats.minutes[0].types.items()}
    else:
        rates = {
            type: (_ended(events) - _ended(before.stats.totals.get(type, {}))) / (now - before.at)
            for type, events in stats.totals.items()
        }
    return Sample(now, types, runners, failures, stats, rates)


def _ended(events: Mapping[str, int]) -> int:
    return sum(events.get(event, 0) for event in FINISHED)
