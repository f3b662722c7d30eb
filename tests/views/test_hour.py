"""The last hour, of which only the newest minutes are read again."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from tasuki.client import Client
from tasuki.store.health import Durability, Health
from tasuki.store.looks.history import Minute, Stats
from tasuki.store.store import Store
from tasuki.views.hour import FULL_SECONDS, MINUTES, Hour
from tests.server.support import Hand

START = datetime(2026, 1, 31, 8, tzinfo=UTC)


class Clockwork:
    """Counts as a store does, at any time; each minute completed its own number."""

    def __init__(self) -> None:
        self.now = 1_000
        self.asked: list[int] = []

    async def stats(self, minutes: int) -> Stats:
        self.asked.append(minutes)
        numbers = range(self.now - minutes + 1, self.now + 1)
        counted = [Minute(START + timedelta(minutes=n), {"a": {"completed": n}}) for n in numbers]
        return Stats(counted, {"a": {"completed": 1}})

    async def durability(self) -> Durability:
        return Durability.NONE


async def test_no_minute_is_missed_or_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 5_000.0
    monkeypatch.setattr("tasuki.views.hour.time.monotonic", lambda: seconds)
    clockwork = Clockwork()
    hour = Hour(cast("Client", clockwork), cast("Health", clockwork))
    for step in range(200):
        await hour.look()
        trend = hour.trend("a", "completed")
        assert trend == list(range(clockwork.now - MINUTES + 1, clockwork.now + 1))
        assert [n["completed"] for _, n in hour.minutes()] == trend
        assert hour.of_type("a")["completed"] - sum(trend) in {0, clockwork.now - MINUTES}
        seconds += FULL_SECONDS / 4
        clockwork.now += step % 4 == 1
    assert clockwork.asked.count(MINUTES) <= 51
    assert set(clockwork.asked) == {MINUTES, 3}


async def test_it_is_what_the_store_counts(client: Client, store: Store) -> None:
    hour = Hour(client, Health(store))
    hand = Hand(store)
    for n in (1, 2, 3):
        await client.enqueue("email")
        await hand.claim("email")
        await hand.complete()
        await hour.look()
        assert hour.of_type("email")["completed"] == sum(hour.trend("email", "completed")) == n
        assert hour.totals["completed"] == n
    assert hour.of_type("other") == {}
    assert sum(hour.trend("other", "completed")) == 0
    await hand.leave()
