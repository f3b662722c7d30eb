"""Changing what jobs are."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

from tasuki.model.state import State
from tasuki.model.update import Update
from tasuki.model.values.names import priority_number
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.messages.acts import UpdateRequest
from tasuki.wire.ids import encode_id
from tasuki.wire.record import set_aside, with_tags

MISSING = "missing"
CHUNK = 100
"""How many jobs one script call acts on."""

CHUNK_BYTES = 256 * 1024
"""How many bytes of data one script call writes, but for a single job that has more."""


class Became(NamedTuple):
    """The state that a job was in before, or `missing`; and the one after, empty if refused."""

    before: str
    after: str


class Same(Became):
    """It was already as it was to be."""

    __slots__ = ()


class Updates:
    """Sends updates, in steps that hold nobody up.

    Tags stand among other options, which the store does not read: it is told what each text of
    options becomes. At first that is said of jobs without any, and the store names the others.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def make(
        self,
        ids: Sequence[int],
        update: Update,
        *,
        state: State | None = None,
        since: int | None = None,
    ) -> list[Became]:
        """Update the jobs that allow it. One that is named twice is updated once.

        If a `state` is given, only those in it. Delays and expiries count from `since`, in
        milliseconds of the store's clock, or from now.
        """
        changes, tags = _changes(update), update.given.get("tags")
        changes |= {"state": state or "", "since": UNSET if since is None else since}
        step = max(1, min(CHUNK, CHUNK_BYTES // _size(changes)))
        distinct = list(dict.fromkeys(ids))
        found: dict[int, Became] = {}
        for start in range(0, len(distinct), step):
            found |= await self._some(distinct[start : start + step], changes, tags)
        return [found[id] for id in ids]

    async def _some(
        self, ids: list[int], changes: dict[str, Any], tags: tuple[str, ...] | None
    ) -> dict[int, Became]:
        found: dict[int, Became] = {}
        become = {} if tags is None else {"": with_tags("", tags)}
        while ids:
            request = UpdateRequest(
                ids=[encode_id(id) for id in ids], options=become or UNSET, **changes
            )
            reply = await call(self._link, request)
            found |= dict(zip(ids, map(Became, reply.states, reply.after), strict=True))
            for position in reply.same:
                id = ids[position - 1]
                found[id] = Same(*found[id])
            again: list[int] = []
            for position, options in reply.unknown:
                id = ids[position - 1]
                try:
                    become[options] = with_tags(options, tags or ())
                    again.append(id)
                except ValueError:
                    # Nobody can read this record, so it is none.
                    found[id] = Became(MISSING, "")
            ids = again
        return found


def _changes(update: Update) -> dict[str, Any]:
    """What the store is told of an update, but for the tags."""
    given, changes = update.given, dict[str, Any]()
    if "priority" in given:
        changes["priority"] = str(priority_number(given["priority"]))
    if "data" in given:
        changes["data"], large = set_aside(bytes(given["data"]).decode())
        if large is not None:
            changes["large"] = large
    if given.get("run_at") is not None:
        changes["time"] = _milliseconds(given["run_at"].timestamp())
    elif "run_at" in given or "delay" in given:
        changes["delay"] = _milliseconds(given.get("delay") or 0)
    if "expires" in given:
        expires = given["expires"]
        changes["expires"] = False if expires is None else _milliseconds(expires)
    return changes


def _size(changes: dict[str, Any]) -> int:
    return len(changes.get("large") or changes.get("data") or "-")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)
