"""Runners and counters as they are shown. Types are shown as `TypeInfo` has them."""

import asyncio

import msgspec

from tasuki.client import Client
from tasuki.model.errors import StoreUnavailableError
from tasuki.store.health import Durability, Health
from tasuki.store.looks.history import REST, Stats
from tasuki.store.looks.reader import RunnerInfo
from tasuki.views.times import Time, rfc3339, rfc3339_or_none

STATS_SECONDS = 1.8
"""How long the counters may take: an answer is due within 2 s."""
OTHER_TYPES = "(other types)"


class RunnerView(msgspec.Struct, frozen=True, kw_only=True):
    """A runner. `lease_left` is in seconds; `fields` is what else it says of itself."""

    id: str
    active: int
    lease_left: float
    started_at: Time | None
    types: list[str]
    fields: dict[str, str]


class MinuteView(msgspec.Struct, frozen=True):
    """The counters of the minute that began `at`: `{type: {event: how many}}`."""

    at: Time
    types: dict[str, dict[str, int]]


class StatsView(msgspec.Struct, frozen=True, kw_only=True):
    """Counters per minute, the current one last, and totals since the beginning.

    When many were asked for, each entry of `minutes` is the sum of `step` minutes. Where there are
    very many types, those with the least jobs are added up as `(other types)`. `durability` tells
    what an answer to a submission promises.
    """

    durability: Durability
    step: int = 1
    minutes: list[MinuteView]
    totals: dict[str, dict[str, int]]


async def read_stats(client: Client, health: Health, minutes: int = 60) -> StatsView:
    """The counters of the last minutes, and the totals, with what the store promises.

    Raises:
        InvalidError: `minutes` outside 1 to 2,880.
        StoreError: the store cannot be reached, or does not answer in time.
    """
    try:
        async with asyncio.timeout(STATS_SECONDS):
            stats = await client.stats(minutes)
            return stats_view(stats, await health.durability())
    except TimeoutError as error:
        raise StoreUnavailableError(
            f"the store did not give its counters within {STATS_SECONDS:g} s"
        ) from error


def runner_view(info: RunnerInfo) -> RunnerView:
    return RunnerView(
        id=info.id,
        active=info.active,
        lease_left=info.lease_left,
        started_at=rfc3339_or_none(info.started_at),
        types=info.types,
        fields=info.fields,
    )


def stats_view(stats: Stats, durability: Durability) -> StatsView:
    minutes = [MinuteView(rfc3339(minute.at), _named(minute.types)) for minute in stats.minutes]
    return StatsView(
        durability=durability, step=stats.step, minutes=minutes, totals=_named(stats.totals)
    )


def _named(types: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {name if name != REST else OTHER_TYPES: counters for name, counters in types.items()}
