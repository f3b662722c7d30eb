"""What happened, in numbers: counters per minute and since the beginning, per type."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tasuki.store.codec import ask
from tasuki.store.link import Link
from tasuki.store.view import moment

MOST_MINUTES = 48 * 60


class Minute(msgspec.Struct, frozen=True):
    """The counters of one minute: `{type: {event: how many}}`.

    Events are `enqueued`, `completed`, `failed`, `cancelled`, `retried`, `snoozed`, `crashed`,
    `requeued`, `ms` (sum of run times in milliseconds) and buckets of run times; see
    `tasuki.model.run_times`.
    """

    at: datetime
    types: dict[str, dict[str, int]]


class Stats(msgspec.Struct, frozen=True):
    """Counters per minute, the current one last, and totals since the beginning."""

    minutes: list[Minute]
    totals: dict[str, dict[str, int]]


class _Reply(msgspec.Struct):
    now: int
    minutes: list[list[str]]
    totals: list[str]


class History:
    """Reads the counters."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def stats(self, minutes: int = 60) -> Stats:
        """The counters of the last minutes (at most 2,880, which is two days) and the totals.

        Raises:
            StoreError: the store cannot be reached.
        """
        wanted = max(1, min(minutes, MOST_MINUTES))
        reply = await ask(
            self._link, "history", _Reply, {"minutes": wanted}, writes=False, seconds=5
        )
        first = reply.now - wanted + 1
        return Stats(
            [
                Minute(moment((first + n) * 60_000), _by_type(flat))
                for n, flat in enumerate(reply.minutes)
            ],
            _by_type(reply.totals),
        )


def _by_type(flat: Sequence[str]) -> dict[str, dict[str, int]]:
    types: dict[str, dict[str, int]] = {}
    for field, value in zip(flat[::2], flat[1::2], strict=True):
        event, _, type = field.partition(":")
        types.setdefault(type, {})[event] = int(value)
    return types
