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

    The methods for many ids act on those that allow it, and only on those in `state` if one is
    given. They give the state that each was in before (or `missing`). Those for one id raise when
    it was not possible. Many ids go in several steps.
    """

    def __init__(self, link: Link, retention: Retention | None = None) -> None:
        self._link = link
        self._retention = retention or Retention()
        self._updates = Updates(link)

    async def cancel(self, id: int, message: str = "") -> State:
        """Cancel a job. One that is active is told to stop, and settles as cancelled.

        Gives the state it was in.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it has ended already.
            StoreError: the store refuses or cannot be reached.
        """
        return _judge(id, Verb.CANCEL, await self.cancel_many([id], message))

    async def cancel_many(
        self, ids: Sequence[int], message: str = "", *, state: State | None = None
    ) -> list[str]:
        """Cancel jobs; see the class."""
        keep = keep_of(self._retention)
        return await self._act(
            ids,
            lambda chunk: CancelRequest(ids=chunk, state=state or "", message=message, keep=keep),
        )

    async def retry(self, id: int) -> State:
        """Run a job again that has ended. Its attempts start again.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it has not ended.
            StoreError: the store refuses or cannot be reached.
        """
        return _judge(id, Verb.RETRY, await self.retry_many([id]))

    async def retry_many(self, ids: Sequence[int], *, state: State | None = None) -> list[str]:
        """Run jobs again; see the class."""
        return await self._act(ids, lambda chunk: RetryRequest(ids=chunk, state=state or ""))

    async def promote(self, id: int) -> State:
        """Let a scheduled job run now.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it is not scheduled.
            StoreError: the store refuses or cannot be reached.
        """
        return _judge(id, Verb.PROMOTE, await self.promote_many([id]))

    async def promote_many(self, ids: Sequence[int]) -> list[str]:
        """Let scheduled jobs run now; see the class."""
        return await self._act(ids, lambda chunk: PromoteRequest(ids=chunk))

    async def update(self, id: int, update: Update) -> State:
        """Change what a job is that is not active and has not ended. Gives the state it is in now.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it is active, or has ended.
            StoreFullError: the store is out of memory; nothing was changed.
            StoreError: the store refuses or cannot be reached.
        """
        [became] = await self.update_many([id], update)
        _judge(id, Verb.UPDATE, [became.before])
        return State(became.after)

    async def update_many(self, ids: Sequence[int], update: Update) -> list[Became]:
        """Change what jobs are, those that allow it. Gives what became of each."""
        return await self._updates.make(ids, update)

    async def remove(self, id: int) -> State:
        """Delete a job that is not active, with all that is known of it.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it is active.
            StoreError: the store refuses or cannot be reached.
        """
        return _judge(id, Verb.REMOVE, await self.remove_many([id]))

    async def remove_many(self, ids: Sequence[int], *, state: State | None = None) -> list[str]:
        """Delete jobs; see the class."""
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


def _judge(id: int, verb: Verb, states: list[str]) -> State:
    refused = refusal(id, verb, states[0])
    if refused is not None:
        raise refused
    return State(states[0])
