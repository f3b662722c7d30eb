"""What people do to jobs and types."""

from collections.abc import Callable, Sequence

from tasuki.model.errors import JobNotFoundError, StateError
from tasuki.model.retention import Retention
from tasuki.model.state import State, Verb, allows
from tasuki.model.update import Update
from tasuki.model.values.names import check_type, too_many_types
from tasuki.store.acts.updates import CHUNK, MISSING, Became, Updates
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.messages.acts import (
    CancelRequest,
    PauseRequest,
    PromoteRequest,
    RemoveRequest,
    RetryRequest,
    StatesBefore,
)
from tasuki.store.messages.keep import keep_of
from tasuki.store.messages.request import Request
from tasuki.wire.ids import encode_id


class Operator:
    """Cancels, retries, promotes, updates and removes jobs; pauses and resumes types.

    What is done to jobs is done to those that allow it, and only to those in `state` if one is
    given. It gives the state that each was in before, or `missing`: `refusal` tells what it means
    that nothing was done. Many ids go in several steps.

        [before] = await operator.retry([7])

    Raises:
        StoreError: the store refuses or cannot be reached.
    """

    def __init__(self, link: Link, retention: Retention | None = None) -> None:
        self._link = link
        self._retention = retention or Retention()
        self._updates = Updates(link)

    async def cancel(
        self, ids: Sequence[int], message: str = "", *, state: State | None = None
    ) -> list[str]:
        """Cancel jobs. One that is active is told to stop, and settles as cancelled."""
        keep = keep_of(self._retention)
        return await self._act(
            ids,
            lambda chunk: CancelRequest(ids=chunk, state=state or "", message=message, keep=keep),
        )

    async def retry(self, ids: Sequence[int], *, state: State | None = None) -> list[str]:
        """Run jobs again that have ended. Their attempts start again."""
        return await self._act(ids, lambda chunk: RetryRequest(ids=chunk, state=state or ""))

    async def promote(self, ids: Sequence[int]) -> list[str]:
        """Let scheduled jobs run now."""
        return await self._act(ids, lambda chunk: PromoteRequest(ids=chunk))

    async def update(
        self,
        ids: Sequence[int],
        update: Update,
        *,
        state: State | None = None,
        since: int | None = None,
    ) -> list[Became]:
        """Change what jobs are that are not active and have not ended. Gives what became of each.

        Delays and expiries count from `since`, in milliseconds of the store's clock, or from now.

        Raises:
            StoreFullError: the store is out of memory; nothing was changed.
        """
        return await self._updates.make(ids, update, state=state, since=since)

    async def remove(self, ids: Sequence[int], *, state: State | None = None) -> list[str]:
        """Delete jobs that are not active, with all that is known of them."""
        return await self._act(ids, lambda chunk: RemoveRequest(ids=chunk, state=state or ""))

    async def pause(self, type: str) -> bool:
        """Stop claiming the jobs of a type, in every runner. Gives whether that changed anything.

        Jobs that are active go on. The pause holds until `resume`.

        Raises:
            InvalidError: the type is not a possible name, or a new one of too many.
            StoreError: the store refuses or cannot be reached.
        """
        return await self._switch(type, paused=True)

    async def resume(self, type: str) -> bool:
        """Claim the jobs of a type again; see `pause`."""
        return await self._switch(type, paused=False)

    async def _switch(self, type: str, *, paused: bool) -> bool:
        check_type(type)
        done = await call(self._link, PauseRequest(type=type, paused=paused))
        if done.limit:
            raise too_many_types(type, done.limit, "type")
        return done.changed

    async def _act(
        self,
        ids: Sequence[int],
        request: Callable[[list[str]], Request[StatesBefore]],
    ) -> list[str]:
        # An id that is named twice is acted on once.
        distinct = list(dict.fromkeys(ids))
        found: dict[int, str] = {}
        for start in range(0, len(distinct), CHUNK):
            chunk = distinct[start : start + CHUNK]
            done = await call(self._link, request([encode_id(id) for id in chunk]))
            found.update(zip(chunk, done.states, strict=True))
        return [found[id] for id in ids]


def refusal(id: int, verb: Verb, before: str) -> JobNotFoundError | StateError | None:
    """Why a verb did nothing to a job that was in this state before, or `missing`; None if it did.

    >>> refusal(7, Verb.RETRY, "waiting")
    StateError('job 7 is waiting: cannot retry it')
    """
    if before == MISSING:
        return JobNotFoundError(id)
    return None if allows(verb, State(before)) else StateError(id, before, verb)
