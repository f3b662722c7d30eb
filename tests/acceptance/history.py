"""Checks the history of a run: nothing lost, nothing invented, nothing settled twice.

In the manner of Jepsen's total-queue checker: a submission without an answer may or may not have
been made; one with an answer must come out.
"""

import asyncio
import contextlib
from collections import Counter

from tasuki.model.errors import StoreError
from tasuki.model.state import State
from tasuki.store.store import Store

ENDS = {State.COMPLETED, State.FAILED, State.CANCELLED}


class Observer:
    """Follows the stream of events, and counts how often each job has ended."""

    def __init__(self, store: Store) -> None:
        self._feed = store.feed()
        self._position = "0-0"
        self.ended: Counter[int] = Counter()

    async def run(self) -> None:
        """Follow until cancelled, through outages of the store."""
        while True:
            with contextlib.suppress(StoreError):
                await self.catch_up(seconds=0.5)
            await asyncio.sleep(0)

    async def catch_up(self, seconds: float = 0.01) -> None:
        """Read the events there are."""
        self._position, events = await self._feed.read(self._position, seconds=seconds)
        for event in events:
            if event.what in ENDS:
                self.ended.update(event.ids)


async def check_history(store: Store, acknowledged: set[int], observer: Observer) -> None:
    """Assert that every acknowledged job has completed, and that none has ended twice."""
    for _ in range(50):
        await observer.catch_up()
    infos = {info.id: info for info in await store.reader().jobs(sorted(acknowledged))}
    lost = acknowledged - infos.keys()
    assert not lost, f"{len(lost)} acknowledged jobs are gone: {sorted(lost)[:10]}"
    unfinished = {id: info.state for id, info in infos.items() if info.state is not State.COMPLETED}
    assert not unfinished, f"not completed: {dict(list(unfinished.items())[:10])}"
    twice = {id: n for id, n in observer.ended.items() if n > 1}
    assert not twice, f"settled more than once: {twice}"
    unseen = acknowledged - observer.ended.keys()
    assert not unseen, f"completed without an event: {sorted(unseen)[:10]}"
