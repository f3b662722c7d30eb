"""Jobs in pages.

A page is asked for by the last place of the page before, not by a number, so jobs that come and go
in between make no other job appear twice or not at all.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasuki.model.errors import InvalidError
from tasuki.model.job import JobInfo
from tasuki.model.state import FINISHED, State
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.looks.merge import Member, Merge
from tasuki.store.looks.reader import Reader
from tasuki.store.looks.types import TypeReader
from tasuki.store.messages.looks import SiftRequest

ORDER = (*(state for state in reversed(State) if not state.finished), *FINISHED)
"""The order of the states in a list of jobs in any state: what is next to end, then what has."""

MOST_LISTED = 1_000
"""How many jobs one page holds."""

MOST_EXAMINED = 1_000
"""How many jobs are looked at for one page, when a filter leaves most of them out."""

MOST_TYPES = 2_000
"""In how many types one page looks, when it is about all of them."""

SIFTED = 500
"""Among how many scheduled jobs one call looks for those of a type."""

SIFTING = 20
"""To how many jobs that are looked at such a call is equal: it does not read them whole."""

APART = "apart"
"""Where suspects wait: they stand behind the others that wait."""

_BEHIND_ALL = "~"
"""Stands behind every member of the same score."""

_SCORE = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
_START = Member("", "")


class Page(NamedTuple):
    """Some jobs, and the cursor with which to ask for the next ones (None: there are no more).

    `partial` says that there are more types than were looked in.
    """

    jobs: list[JobInfo]
    cursor: str | None
    partial: bool = False


class _Place(NamedTuple):
    """A place in the list: a part of it, and a member of its sets; no member is the start of it."""

    part: str
    last: Member = _START

    @property
    def state(self) -> State:
        return State.WAITING if self.part == APART else State(self.part)

    @property
    def text(self) -> str:
        return f"{self.part}:{self.last.score}:{self.last.id}"


class _Step(NamedTuple):
    """Some members after a place, the place behind them (None: there are no more), and the work."""

    members: list[Member]
    place: _Place | None
    examined: int
    partial: bool = False


class Listing:
    """Lists jobs in an order that fits their state.

    Waiting and scheduled ones stand as they will run, active ones the oldest first, and of the
    finished ones first those that have ended last.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reader = Reader(link)
        self._types = TypeReader(link)

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

        Of what is large, the jobs hold the beginning; see `JobInfo.cut`.

        Raises:
            InvalidError: a limit outside 1 to 1,000, or a cursor that did not come from here.
            StoreError: the store cannot be reached.
        """
        if not 1 <= limit <= MOST_LISTED:
            raise InvalidError(f"must be between 1 and {MOST_LISTED}", field="limit")
        parts = _parts(ORDER if state is None else (state,))
        place: _Place | None = _parse(cursor, parts) if cursor else _Place(parts[0])
        jobs: list[JobInfo] = []
        examined, partial = 0, False
        while place is not None and len(jobs) < limit and examined < MOST_EXAMINED:
            step = await self._step(place, type, limit - len(jobs))
            infos = await self._reader.briefs([member.id for member in step.members])
            # A job may have moved on between the two calls.
            infos = [info for info in infos if info.state is place.state]
            jobs.extend(info for info in infos if _matches(info, type, tag))
            examined += step.examined
            partial = partial or step.partial
            place = step.place or _following(place.part, parts)
        return Page(jobs, place.text if place else None, partial)

    async def _step(self, place: _Place, type: str | None, wanted: int) -> _Step:
        if place.state is State.SCHEDULED and type is not None:
            return await self._sift(place, type, wanted)
        sets, partial = await self._sets(place.part, type)
        merge = Merge(self._link, sets, place.last, reverse=place.state.finished)
        members = await merge.first(wanted) if sets else []
        behind = _Place(place.part, members[-1]) if len(members) == wanted else None
        return _Step(members, behind, len(members), partial)

    async def _sift(self, place: _Place, type: str, wanted: int) -> _Step:
        request = SiftRequest(
            set="due", score=place.last.score, member=place.last.id, type=type, limit=SIFTED
        )
        found = await call(self._link, request)
        flat = found.members
        members = [Member(*pair) for pair in zip(flat[::2], flat[1::2], strict=True)]
        if len(members) > wanted:
            return _Step(members[:wanted], _Place(place.part, members[wanted - 1]), wanted)
        behind = _Place(place.part, Member(*found.last)) if found.last else None
        return _Step(members, behind, len(members) + SIFTING)

    async def _sets(self, part: str, type: str | None) -> tuple[list[str], bool]:
        """The sets of a part, and whether there are more than one page looks in."""
        match part:
            case State.SCHEDULED:
                return ["due"], False
            case State.ACTIVE:
                starts, names = ["lease"], await self._reader.runner_names()
            case State.WAITING | "apart":
                starts = ["wait" if part == State.WAITING else APART]
                names = [type] if type is not None else await self._types.with_work()
            case _:
                starts = [f"done:{part}", *([f"kept:{part}"] if await self._any_kept() else [])]
                names = [type] if type is not None else await self._types.ripening(State(part))
        chosen = names[:MOST_TYPES]
        sets = [f"{start}:{name}" for start in starts for name in chosen]
        return sets, len(names) > len(chosen)

    async def _any_kept(self) -> bool:
        """Whether any job is kept for a time of its own."""
        return bool(await self._link.command("EXISTS", self._link.keyspace.key("keeps")))


def start_of(state: State, ended_by: int) -> str:
    """A cursor with which the list of a state begins.

    In that of a state in which jobs have ended, those come that had by a time in milliseconds.

    >>> start_of(State.WAITING, 1_767_225_600_000), start_of(State.FAILED, 1_767_225_600_000)
    ('waiting::', 'failed:1767225600000:~')
    """
    last = Member(_BEHIND_ALL, str(ended_by)) if state.finished else _START
    return _Place(state, last).text


def _parts(states: Sequence[State]) -> list[str]:
    parts: list[str] = []
    for state in states:
        parts += [state, APART] if state is State.WAITING else [state]
    return parts


def _matches(info: JobInfo, type: str | None, tag: str | None) -> bool:
    return (type is None or info.type == type) and (tag is None or tag in info.tags)


def _following(part: str, parts: Sequence[str]) -> _Place | None:
    position = parts.index(part) + 1
    return _Place(parts[position]) if position < len(parts) else None


def _parse(cursor: str, parts: Sequence[str]) -> _Place:
    part, _, rest = cursor.partition(":")
    score, colon, id = rest.partition(":")
    if not colon or part not in _parts(ORDER) or (score and not _SCORE.fullmatch(score)):
        raise InvalidError("is not one that a page gave", field="cursor")
    if part not in parts or bool(score) != bool(id):
        raise InvalidError("does not belong to this list", field="cursor")
    return _Place(part, Member(id, score))
