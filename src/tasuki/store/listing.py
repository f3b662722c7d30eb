"""Jobs in pages.

A page is asked for by the last place of the page before, not by a number, so jobs that come and go
in between make no other job appear twice or not at all.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasuki.model.errors import InvalidError
from tasuki.model.job import JobInfo
from tasuki.model.state import State
from tasuki.store.codec import ask
from tasuki.store.link import Link
from tasuki.store.reader import Reader
from tasuki.wire.record import decode_number

ORDER = (
    State.ACTIVE,
    State.WAITING,
    State.SCHEDULED,
    State.FAILED,
    State.COMPLETED,
    State.CANCELLED,
)
"""The order of the states in a list of jobs in any state."""

MOST_EXAMINED = 1_000
"""How many jobs are looked at for one page, when a filter leaves most of them out."""

_SCORE = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


class Page(NamedTuple):
    """Some jobs, and the cursor with which to ask for the next ones (None: there are no more)."""

    jobs: list[JobInfo]
    cursor: str | None


class _Place(NamedTuple):
    """A place in the list: a state, and a member of its sets; no member is the start of it."""

    state: State
    score: str = ""
    member: str = ""

    @property
    def text(self) -> str:
        return f"{self.state}:{self.score}:{self.member}"


class Listing:
    """Lists jobs in an order that fits their state.

    Waiting and scheduled ones stand as they will run, active ones the oldest first, finished ones
    the latest first (by the time at which they will be pruned).
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reader = Reader(link)

    async def page(
        self,
        *,
        state: State | None = None,
        type: str | None = None,
        tag: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """The next jobs, at most `limit`; fewer when a filter had to look at too many.

        Raises:
            InvalidError: a limit outside 1 to 1,000, or a cursor that did not come from here.
            StoreError: the store cannot be reached.
        """
        if not 1 <= limit <= MOST_EXAMINED:
            raise InvalidError(f"must be between 1 and {MOST_EXAMINED}", field="limit")
        states = ORDER if state is None else (state,)
        place: _Place | None = _parse(cursor, states) if cursor else _Place(states[0])
        jobs: list[JobInfo] = []
        examined = 0
        while place is not None and len(jobs) < limit and examined < MOST_EXAMINED:
            wanted = limit - len(jobs)
            members = await self._members(place, type, wanted)
            examined += len(members)
            infos = await self._reader.jobs_by_key([member for member, _ in members])
            # A job may have moved on between the two calls.
            infos = [info for info in infos if info.state is place.state]
            jobs.extend(info for info in infos if _matches(info, type, tag))
            if len(members) < wanted:
                place = _following(place.state, states)
            else:
                member, score = members[-1]
                place = _Place(place.state, score, member)
        return Page(jobs, place.text if place else None)

    async def _members(self, place: _Place, type: str | None, limit: int) -> list[tuple[str, str]]:
        finished = place.state.finished
        sets = await self._sets(place.state, type)
        pages = await ask(
            self._link,
            "page",
            list[list[str]],
            {
                "sets": sets,
                "score": place.score,
                "member": place.member,
                "reverse": finished,
                "limit": limit,
            },
            writes=False,
        )
        members = [pair for flat in pages for pair in zip(flat[::2], flat[1::2], strict=True)]
        members.sort(key=lambda pair: (decode_number(pair[1]), pair[0]), reverse=finished)
        return members[:limit]

    async def _sets(self, state: State, type: str | None) -> Sequence[str]:
        match state:
            case State.SCHEDULED:
                return ["due"]
            case State.ACTIVE:
                return [f"lease:{runner.id}" for runner in await self._reader.runners()]
            case _:
                types = [type] if type is not None else await self._reader.type_names()
                prefix = "wait" if state is State.WAITING else f"done:{state}"
                return [f"{prefix}:{name}" for name in types]


def _matches(info: JobInfo, type: str | None, tag: str | None) -> bool:
    return (type is None or info.type == type) and (tag is None or tag in info.tags)


def _following(state: State, states: Sequence[State]) -> _Place | None:
    position = states.index(state) + 1
    return _Place(states[position]) if position < len(states) else None


def _parse(cursor: str, states: Sequence[State]) -> _Place:
    try:
        state, score, member = cursor.split(":", 2)
        place = _Place(State(state), score, member)
    except ValueError:
        raise InvalidError("is not one that a page gave", field="cursor") from None
    if score and not _SCORE.fullmatch(score):
        raise InvalidError("is not one that a page gave", field="cursor")
    if place.state not in states or bool(score) != bool(member):
        raise InvalidError("does not belong to this list", field="cursor")
    return place
