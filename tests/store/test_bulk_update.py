"""Changing all jobs that a filter selects, which moves them in the lists that are gone through."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tasuki.model.errors import InvalidError
from tasuki.model.filter import Filter
from tasuki.model.state import State, Verb
from tasuki.model.update import Update
from tasuki.store.acts.bulk import Bulk, BulkStep, Counts
from tasuki.store.acts.operator import Operator
from tasuki.store.acts.updates import Became
from tasuki.store.store import Store
from tests.store.factory import FAR, completed, enqueue, enqueue_many, new_job, runner

MAIL = Filter(type="email")


async def update_all(store: Store, filter: Filter = MAIL, **changes: Any) -> Counts:
    """Update all that match, a batch in each step, and give what came of them."""
    total = Counts()
    async for step in store.bulk().steps(Verb.UPDATE, filter, Update(**changes), seconds=0):
        total += step.counts
    return total


async def seen(store: Store, *fields: str) -> list[tuple[Any, ...]]:
    """Some fields of all jobs, in order of their ids."""
    jobs = await store.reader().jobs(range(1, 1_001))
    return [tuple(getattr(job, field) for field in fields) for job in jobs]


async def test_those_that_wait_or_are_scheduled_are_changed_and_no_others(store: Store):
    someone = await runner(store)
    await enqueue_many(store, [new_job(), new_job()])
    [first, _] = await someone.claim(n=2)
    await someone.settle(completed(first))
    await enqueue_many(store, [new_job(), new_job(delay=FAR), new_job("other")])
    dry = await store.bulk().run(Verb.UPDATE, MAIL, Update(priority=7), dry_run=True)
    assert [priority for (priority,) in await seen(store, "priority")] == [0] * 5
    assert await update_all(store, priority=7) == dry.counts == Counts(done=2)
    assert [priority for (priority,) in await seen(store, "priority")] == [0, 0, 7, 7, 0]


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"priority": 20}, (20, State.WAITING, State.SCHEDULED)),
        ({"priority": -20, "delay": FAR}, (-20, State.SCHEDULED, State.SCHEDULED)),
        ({"delay": 2 * FAR, "expires": FAR}, (0, State.SCHEDULED, State.SCHEDULED)),
        ({"run_at": None, "priority": 3, "expires": FAR}, (3, State.WAITING, State.WAITING)),
        (
            {"run_at": datetime(2020, 1, 1, tzinfo=UTC), "tags": ["a"]},
            (0, State.WAITING, State.WAITING),
        ),
        ({"data": msgspec.Raw(b"[7]"), "delay": FAR}, (0, State.SCHEDULED, State.SCHEDULED)),
    ],
    ids=["priority", "put off", "longer", "now", "past", "data"],
)
async def test_who_is_moved_in_front_of_the_walk_is_counted_once(
    store: Store, changes: dict[str, Any], after: tuple[int, State, State]
):
    await enqueue_many(store, [new_job() for _ in range(150)])
    await enqueue_many(store, [new_job(delay=60 + n) for n in range(150)])
    assert await update_all(store, **changes) == Counts(done=300)
    priority, first, second = after
    expected = [(priority, first)] * 150 + [(priority, second)] * 150
    assert await seen(store, "priority", "state") == expected
    if "delay" in changes:
        assert len(set(await seen(store, "run_at"))) == 1


async def test_who_is_already_so_is_left_alone_and_not_counted(store: Store):
    await enqueue_many(store, [new_job(priority=1, tags=["a"]), new_job(priority=2)])
    feed = store.feed()
    position = await feed.end()
    assert await update_all(store, priority=1) == Counts(done=1)
    assert await update_all(store, priority=1, tags=["a"]) == Counts(done=1)
    assert await update_all(store, priority=1, tags=["a"], run_at=None) == Counts()
    _, events = await feed.read(position)
    assert [(event.what, event.ids) for event in events] == [("waiting", (2,))] * 2


async def test_of_large_data_it_is_known_whether_they_are_the_same(store: Store):
    before, after = (msgspec.Raw(msgspec.json.encode("x" * 9_000 + end)) for end in "ab")
    id = await enqueue(store, data="x" * 9_000 + "a")
    assert await update_all(store, data=before) == Counts()
    assert await update_all(store, data=after) == Counts(done=1)
    assert bytes((await store.reader().job(id)).data) == bytes(after)


class Interrupted(Operator):
    """Somebody else promotes the first job, just before."""

    async def update(self, ids: Sequence[int], update: Update, **how: Any) -> list[Became]:
        await super().promote(ids[:1])
        return await super().update(ids, update, **how)


async def test_who_has_left_the_state_that_was_asked_for_stays(store: Store):
    promoted, _ = await enqueue_many(store, [new_job(delay=FAR), new_job(delay=FAR)])
    bulk = Bulk(store.shared, Interrupted(store.shared))
    step = await bulk.run(Verb.UPDATE, Filter(state="scheduled"), Update(priority=1))
    assert step == BulkStep(Counts(done=1, not_allowed=1), None)
    assert (await store.reader().job(promoted)).priority == 0


async def test_it_says_what_changes_and_its_cursor_goes_on_with_nothing_else(store: Store):
    await enqueue_many(store, [new_job() for _ in range(150)])
    bulk, update = store.bulk(), Update(priority=1)
    for action, given, problem in (
        (Verb.UPDATE, None, "update: is needed"),
        (Verb.CANCEL, update, "update: is not for cancel"),
    ):
        with pytest.raises(InvalidError, match=problem):
            await bulk.run(action, MAIL, given)
    first = await bulk.run(Verb.UPDATE, MAIL, update, seconds=0)
    cursor = first.cursor
    assert cursor is not None
    for other in (Update(priority=2), Update(priority=1, tags=())):
        with pytest.raises(InvalidError, match="cursor: is from another action, filter or update"):
            await bulk.run(Verb.UPDATE, MAIL, other, cursor=cursor)
    second = await bulk.run(Verb.UPDATE, MAIL, update, cursor=cursor)
    assert first.followed_by(second) == BulkStep(Counts(done=150), None)
