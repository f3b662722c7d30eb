"""On whom a verb acts: one job, many, or those that match; and what it gives of them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from tasuki.client.verbs import Verbs
from tasuki.model.errors import InvalidError, TasukiError
from tasuki.model.filter import Filter
from tasuki.model.state import State, Verb
from tasuki.model.update import Update
from tasuki.store.acts.bulk import BulkStep, Counts
from tasuki.store.acts.operator import refusal
from tasuki.wire.ids import check_id

Ids = Iterable[int]

Outcome = State | TasukiError | None
"""What became of one job of many: its state now (None: it is gone), or why nothing was done."""

Progress = Callable[[BulkStep], object]
"""Told how far it is: how many jobs came to what so far."""

Act = Callable[[Sequence[int]], Awaitable[Sequence[tuple[str, str]]]]
"""Acts on jobs, and gives the state that each was in before and the one after."""


class Steering(Verbs):
    """Takes a verb to the jobs that are meant."""

    async def _act(
        self,
        id: int | Ids | UnsetType,
        verb: Verb,
        act: Act,
        how: Mapping[str, Any],
        update: Update | None = None,
    ) -> Any:
        """Act on those with the ids; without any, on those that match what `how` says besides."""
        if id is UNSET:
            return await self._sweep(verb, update, **how)
        if how:
            raise InvalidError("cannot be given together with ids", field=next(iter(how)))
        many = id if isinstance(id, Iterable) and not isinstance(id, str) else None
        ids = [check_id(each) for each in ([id] if many is None else many)]
        outcomes: dict[int, Outcome] = {}
        for number, (before, after) in zip(ids, await act(ids), strict=True):
            refused = refusal(number, verb, before)
            outcomes[number] = refused or (State(after) if after else None)
        if many is not None:
            return outcomes
        [outcome] = outcomes.values()
        if isinstance(outcome, TasukiError):
            raise outcome
        return outcome

    async def _sweep(
        self,
        verb: Verb,
        update: Update | None,
        /,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        **conditions: Any,
    ) -> BulkStep:
        so_far = BulkStep(Counts(), None)
        check_names(conditions, Filter.__struct_fields__)
        filter = Filter(**conditions)
        async for step in self._here().bulk.steps(verb, filter, update, dry_run=dry_run):
            so_far = so_far.followed_by(step)
            if progress is not None:
                progress(so_far)
        return so_far


def leading_to(after: State | None, act: Callable[[Sequence[int]], Awaitable[list[str]]]) -> Act:
    """The same verb, with the states that it leads to. What is active stays so until it stops."""

    async def with_states_after(ids: Sequence[int]) -> list[tuple[str, str]]:
        states = await act(ids)
        return [(each, each if each == State.ACTIVE else after or "") for each in states]

    return with_states_after


def conditions_of(where: Any) -> Mapping[str, Any]:
    """What jobs have in common, by the names of a `Filter`.

    Raises:
        InvalidError: naming what is none of them.
    """
    if not isinstance(where, Mapping):
        raise InvalidError("must be an object: conditions by name", field="where")
    check_names(where, Filter.__struct_fields__)
    return where


def check_names(given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse the first name that is not known.

    Raises:
        InvalidError: naming it.
    """
    for name in given:
        if name not in known:
            raise InvalidError(f"cannot be said here; there are {', '.join(known)}", field=name)
