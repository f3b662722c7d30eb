"""Counters as they are shown."""

import asyncio

import msgspec

from tasuki.client import Client
from tasuki.model.errors import StoreUnavailableError
from tasuki.store.health import Durability, Health
from tasuki.store.looks.history import REST, Minute, Stats

STATS_SECONDS = 1.8
"""How long the counters may take: an answer is due within 2 s."""
OTHER_TYPES = "(other types)"


class StatsView(msgspec.Struct, frozen=True, kw_only=True):
    """Counters per minute, the current one last, and totals since the beginning.

    When many were asked for, each entry of `minutes` is the sum of `step` minutes. Where there are
    very many types, those with the least jobs are added up as `(other types)`. `durability` tells
    what an answer to a submission promises.
    """

    durability: Durability
    step: int = 1
    minutes: list[Minute]
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


def stats_view(stats: Stats, durability: Durability) -> StatsView:
    minutes = [Minute(minute.at, _named(minute.types)) for minute in stats.minutes]
    return StatsView(
        durability=durability, step=stats.step, minutes=minutes, totals=_named(stats.totals)
    )


def _named(types: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {name if name != REST else OTHER_TYPES: counters for name, counters in types.items()}
