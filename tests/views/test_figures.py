"""Counters as they are shown."""

import pytest

from tasuki.client import Client
from tasuki.model.errors import InvalidError
from tasuki.store.health import Health
from tasuki.store.store import Store
from tasuki.views import read_stats


async def test_counters_come_with_the_promise_of_the_store(client: Client, store: Store) -> None:
    await client.enqueue("email")
    stats = await read_stats(client, Health(store), 2)
    assert stats.durability == "everysec"
    assert len(stats.minutes) == 2
    assert stats.totals["email"] == {"enqueued": 1}


@pytest.mark.parametrize("minutes", [0, -1, 2_881])
async def test_minutes_have_bounds(client: Client, store: Store, minutes: int) -> None:
    with pytest.raises(InvalidError) as caught:
        await read_stats(client, Health(store), minutes)
    assert caught.value.field == "minutes"
