"""What a client can do to jobs and types."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, overload

from msgspec import UNSET, UnsetType

from tasuki.client.data import encode_data
from tasuki.client.steering import (
    Ids,
    Progress,
    Steering,
    check_names,
    conditions_of,
    leading_to,
)
from tasuki.model.errors import TasukiError
from tasuki.model.filter import Filter
from tasuki.model.state import State, Verb
from tasuki.model.update import UPDATABLE, Update
from tasuki.store.acts.bulk import STEP_SECONDS, BulkStep
from tasuki.store.looks.types import TypeInfo
from tasuki.wire.payload import check_bytes


class Acting(Steering):
    """The verbs of a person.

    Those for jobs take one id, and give the state that the job is in now; or raise a
    JobNotFoundError, or a StateError when its state does not allow the verb. Or they take many ids,
    act on the jobs that allow it, and give for each id the state it is in now, or the error that it
    would have raised. Many go in several steps, so others are served in between; when the store
    fails on the way, what is done is done.

    In place of ids, they take what jobs have in common: the conditions of a `Filter`, of which all
    must hold. `update` takes them as `where`, since its other arguments say what jobs become. What
    is acted on had come before the call, and matches when it is reached. `progress` is told after
    each second how far it is, and at the end it is given how many came to what; with `dry_run` they
    are only counted.
    """

    # -------------------------------------------------------------------------------- jobs

    @overload
    async def cancel(self, id: int) -> State: ...
    @overload
    async def cancel(self, id: Ids) -> dict[int, State | TasukiError]: ...
    @overload
    async def cancel(
        self, *, dry_run: bool = False, progress: Progress | None = None, **conditions: Any
    ) -> BulkStep: ...
    async def cancel(self, id: int | Ids | UnsetType = UNSET, **how: Any) -> Any:
        """Cancel one job or many that have not ended; see the class.

        One that is active is told to stop: it is still active, and cancelled when it has stopped.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it has ended already.
        """
        act = leading_to(State.CANCELLED, self._here().operator.cancel)
        return await self._act(id, Verb.CANCEL, act, how)

    @overload
    async def retry(self, id: int) -> State: ...
    @overload
    async def retry(self, id: Ids) -> dict[int, State | TasukiError]: ...
    @overload
    async def retry(
        self, *, dry_run: bool = False, progress: Progress | None = None, **conditions: Any
    ) -> BulkStep: ...
    async def retry(self, id: int | Ids | UnsetType = UNSET, **how: Any) -> Any:
        """Run one job or many again that have ended; see the class. Their attempts start again.

            await client.retry(7)
            await client.retry([7, 8])
            await client.retry(state="failed", type="email", error="SMTP*")

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it has not ended.
        """
        act = leading_to(State.WAITING, self._here().operator.retry)
        return await self._act(id, Verb.RETRY, act, how)

    @overload
    async def promote(self, id: int) -> State: ...
    @overload
    async def promote(self, id: Ids) -> dict[int, State | TasukiError]: ...
    @overload
    async def promote(
        self, *, dry_run: bool = False, progress: Progress | None = None, **conditions: Any
    ) -> BulkStep: ...
    async def promote(self, id: int | Ids | UnsetType = UNSET, **how: Any) -> Any:
        """Let one scheduled job or many run now; see the class.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it is not scheduled.
        """
        act = leading_to(State.WAITING, self._here().operator.promote)
        return await self._act(id, Verb.PROMOTE, act, how)

    @overload
    async def remove(self, id: int) -> None: ...
    @overload
    async def remove(self, id: Ids) -> dict[int, TasukiError | None]: ...
    @overload
    async def remove(
        self, *, dry_run: bool = False, progress: Progress | None = None, **conditions: Any
    ) -> BulkStep: ...
    async def remove(self, id: int | Ids | UnsetType = UNSET, **how: Any) -> Any:
        """Delete one job or many that are not active, with all that is known of them.

        There is no state after it: of many, None stands for those that were removed.

        Raises:
            JobNotFoundError: there is no such job.
            StateError: it is active.
        """
        act = leading_to(None, self._here().operator.remove)
        return await self._act(id, Verb.REMOVE, act, how)

    @overload
    async def update(
        self,
        id: int,
        *,
        priority: float | str | UnsetType = UNSET,
        delay: float | UnsetType | None = UNSET,
        run_at: datetime | UnsetType | None = UNSET,
        data: Any = UNSET,
        expires: float | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
    ) -> State: ...
    @overload
    async def update(
        self,
        id: Ids,
        *,
        priority: float | str | UnsetType = UNSET,
        delay: float | UnsetType | None = UNSET,
        run_at: datetime | UnsetType | None = UNSET,
        data: Any = UNSET,
        expires: float | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
    ) -> dict[int, State | TasukiError]: ...
    @overload
    async def update(
        self,
        *,
        where: Mapping[str, Any],
        dry_run: bool = False,
        progress: Progress | None = None,
        priority: float | str | UnsetType = UNSET,
        delay: float | UnsetType | None = UNSET,
        run_at: datetime | UnsetType | None = UNSET,
        data: Any = UNSET,
        expires: float | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
    ) -> BulkStep: ...
    async def update(self, id: int | Ids | UnsetType = UNSET, **options: Any) -> Any:
        """Change one job or many that are not active and have not ended; see the class.

            await client.update(7, priority="high", expires=None)
            await client.update(where={"type": "email", "tag": "vip"}, priority="high")

        Between two attempts a job can be changed, too. The arguments are those of `enqueue`; what
        is not given stays as it is. None stands for none: without `expires` a job does not expire,
        without `delay` or `run_at` it may run at once. `delay` and `expires` are in seconds, and
        count from now, which is the beginning of the call. The data are replaced as a whole. Jobs
        that match and are already as they are to be are left alone, and not counted.

        Raises:
            InvalidError: an argument is wrong or unknown, or there is none.
            PayloadError: the data cannot be carried as JSON without loss, or are too large.
            JobNotFoundError: there is no such job.
            StateError: it is active, or has ended.
            StoreFullError: the store is out of memory; nothing was changed.
        """
        how = {name: options.pop(name) for name in ("dry_run", "progress") if name in options}
        how |= conditions_of(options.pop("where", {}))
        update = self._update_of(options)

        async def act(ids: Sequence[int]) -> Sequence[tuple[str, str]]:
            became = await self._here().operator.update(ids, update)
            return [(each.before, each.after) for each in became]

        return await self._act(id, Verb.UPDATE, act, how, update)

    def _update_of(self, options: Mapping[str, Any]) -> Update:
        check_names(options, UPDATABLE)
        if options.get("data", UNSET) is UNSET:
            return Update(**options)
        data = encode_data(options["data"])
        check_bytes(data, self._here().data_limit)
        return Update(**{**options, "data": data})

    async def bulk(
        self,
        action: Verb | str,
        filter: Filter,
        update: Mapping[str, Any] | None = None,
        *,
        cursor: str | None = None,
        seconds: float = STEP_SECONDS,
        dry_run: bool = False,
    ) -> BulkStep:
        """Act for about so many seconds on jobs that match, and give a cursor to go on with.

            failed = Filter(state="failed", type="email")
            step = await client.bulk(Verb.RETRY, failed)
            while step.cursor:
                step = await client.bulk(Verb.RETRY, failed, cursor=step.cursor)

        For front ends whose callers are to be answered soon; else see the class. What an `update`
        changes is given by name, as in `{"priority": "high"}`.

        Raises:
            InvalidError: the action is not one of `cancel`, `promote`, `remove`, `retry` and
                `update`; the filter says nothing, or nothing that can be acted on so; the update is
                wrong or missing, or goes with another action; or the cursor is not from a step of
                the same action, filter, update and `dry_run`.
        """
        changes = None if update is None else self._update_of(update)
        return await self._here().bulk.run(
            action, filter, changes, cursor=cursor, seconds=seconds, dry_run=dry_run
        )

    # ------------------------------------------------------------------------------- types

    async def pause(self, type: str) -> TypeInfo:
        """Stop claiming the jobs of a type, in every runner. Those that are active go on.

        The type need not be known yet. The pause holds until `resume`. Gives the type as it is now.

        Raises:
            InvalidError: it cannot be the name of a type, or would be a new one of too many.
        """
        return await self._switch(type, self._here().operator.pause)

    async def resume(self, type: str) -> TypeInfo:
        """Claim the jobs of a type again; see `pause`."""
        return await self._switch(type, self._here().operator.resume)

    async def _switch(self, type: str, verb: Callable[[str], Awaitable[bool]]) -> TypeInfo:
        await verb(type)
        return (await self._here().reader.types([type]))[0]
