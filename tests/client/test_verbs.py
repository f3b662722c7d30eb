"""Every verb of a client, and what each gives."""

import asyncio
import inspect
from itertools import islice
from typing import Any

import pytest

from tasuki.client import BlockingClient, Client
from tasuki.model.errors import InvalidError, JobNotFoundError, PayloadError, StateError
from tasuki.model.filter import Filter
from tasuki.model.state import State, Verb
from tasuki.store.acts.bulk import BulkStep
from tasuki.store.store import Store
from tests.store.factory import FAR, noted, runner
from tests.support import Plain

VERBS = {
    *("enqueue", "enqueue_many", "get", "wait", "result", "jobs", "page", "log", "counts"),
    *("cancel", "retry", "promote", "remove", "update", "pause", "resume", "types", "type_page"),
    *("runners", "stats", "history", "events", "submit", "bulk"),
}
OF_ONE_JOB = ("get", "wait", "result", "log", "cancel", "retry", "promote", "remove", "update")


def public(kind: type[Any]) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}


def test_both_clients_have_every_verb():
    assert public(Client) - {"close"} == VERBS
    assert public(BlockingClient) - {"close", "open", "run", "each"} == VERBS


class TestActing:
    async def test_it_gives_the_state_that_the_job_is_in_now(self, client: Client, store: Store):
        id = await client.enqueue("email", delay=60)
        for verb, state in (
            (client.promote, State.WAITING),
            (client.cancel, State.CANCELLED),
            (client.retry, State.WAITING),
        ):
            assert await verb(id) is (await client.get(id)).state is state
        assert await client.update(id, delay=FAR) is State.SCHEDULED
        assert await client.update(id, delay=0) is State.WAITING
        await (await runner(store)).claim_one()
        assert await client.cancel(id) is State.ACTIVE
        with pytest.raises(StateError, match="cannot remove"):
            await client.remove(id)

    async def test_of_many_each_has_its_own_outcome(self, client: Client, store: Store):
        a, b, c = await client.enqueue_many([{"type": "a"}, {"type": "b"}, {"type": "b"}])
        await (await runner(store)).claim_one("a")
        outcomes = await client.cancel(iter([a, b, 99, b]))
        assert list(outcomes) == [a, b, 99]
        assert (outcomes[a], outcomes[b]) == (State.ACTIVE, State.CANCELLED)
        assert isinstance(outcomes[99], JobNotFoundError)
        updated = await client.update([a, b, c], priority=3)
        assert isinstance(updated[a], StateError)
        assert str(updated[b]) == f"job {b} is cancelled: cannot update it"
        assert updated[c] is State.WAITING
        removed = await client.remove([a, b, c])
        assert isinstance(removed[a], StateError)
        assert removed[b] is removed[c] is None
        assert await client.retry([]) == {}

    async def test_one_id_that_is_none_stops_all(self, client: Client):
        id = await client.enqueue("email")
        with pytest.raises(InvalidError) as caught:
            await client.cancel([id, 0])
        assert caught.value.field == "id"
        assert (await client.get(id)).state is State.WAITING

    @pytest.mark.parametrize("id", [0, -1, 2**53, True, "7", "", None])
    @pytest.mark.parametrize("verb", OF_ONE_JOB)
    async def test_what_cannot_be_an_id_is_refused(self, client: Client, verb: str, id: Any):
        options = {"priority": 1} if verb == "update" else {}
        with pytest.raises(InvalidError) as caught:
            await getattr(client, verb)(id, **options)
        assert caught.value.field == "id"


class TestByWhatJobsHaveInCommon:
    async def test_all_that_match_are_acted_on(self, client: Client):
        mail = await client.enqueue_many([{"type": "email"}] * 3)
        [other] = await client.enqueue_many([{"type": "other"}])
        seen: list[BulkStep] = []
        swept = await client.cancel(type="email", progress=seen.append)
        assert (swept.counts.done, swept.cursor, swept.partial) == (3, None, False)
        assert seen[-1] == swept
        assert (await client.retry(state="cancelled", dry_run=True)).counts.done == 3
        assert {(await client.get(id)).state for id in mail} == {State.CANCELLED}
        assert (await client.get(other)).state is State.WAITING
        assert (await client.remove(state="cancelled")).counts.done == 3
        assert (await client.promote(type="email")).counts.total == 0

    async def test_one_step_can_be_gone_on_from(self, client: Client):
        await client.enqueue_many([{"type": "email"}] * 250)
        filter, done = Filter(type="email"), 0
        step = await client.bulk(Verb.CANCEL, filter, seconds=0)
        while step.cursor is not None:
            done += step.counts.done
            step = await client.bulk("cancel", filter, seconds=0, cursor=step.cursor)
        assert done + step.counts.done == 250

    async def test_what_is_wrong_touches_nothing(self, client: Client):
        id = await client.enqueue("email")
        cancel: Any = client.cancel
        wrong: list[tuple[Any, str | None]] = [
            (cancel(), "filter"),
            (cancel(kind="email"), "kind"),
            (cancel(verb="email"), "verb"),
            (client.bulk("claim", Filter(type="email")), "action"),
            (cancel(state="done"), "state"),
            (cancel(id, type="email"), "type"),
            (cancel([id], dry_run=True), "dry_run"),
        ]
        for call, field in wrong:
            with pytest.raises(InvalidError) as caught:
                await call
            assert caught.value.field == field
        assert (await client.get(id)).state is State.WAITING

    def test_without_an_event_loop(self, blocking: BlockingClient):
        blocking.enqueue_many([{"type": "email"}] * 2)
        assert blocking.cancel(type="email").counts.done == 2


class TestUpdate:
    async def test_what_is_given_changes(self, client: Client):
        id = await client.enqueue("email", {"to": "a"}, tags=["x"], expires=60, priority=3)
        await client.update(id, data={"to": "b"}, expires=None, tags=["y", "z"])
        job = await client.get(id)
        assert (bytes(job.data), job.tags, job.expires) == (b'{"to":"b"}', ("y", "z"), None)
        assert job.priority == 3
        await client.update(id, data=None)
        assert bytes((await client.get(id)).data) == b"{}"

    async def test_all_that_match_are_changed(self, client: Client):
        await client.enqueue_many([{"type": "email", "tags": ["x"]}, {"type": "email"}])
        seen: list[BulkStep] = []
        where = {"type": "email", "tag": "x"}
        assert (await client.update(where=where, dry_run=True, tags=["y"])).counts.done == 1
        swept = await client.update(where=where, progress=seen.append, tags=["y"], data=[7])
        assert (swept.counts.done, seen) == (1, [swept])
        assert [job.tags async for job in client.jobs()] == [("y",), ()]
        assert (await client.update(where=where, tags=[])).counts.total == 0

    async def test_a_filter_that_is_wrong_changes_nothing(self, client: Client):
        id = await client.enqueue("email")
        before = await client.get(id)
        update: Any = client.update
        wrong: list[tuple[dict[str, Any], str | None]] = [
            ({"priority": 1}, "filter"),
            ({"where": {}, "priority": 1}, "filter"),
            ({"where": "email", "priority": 1}, "where"),
            ({"where": {"kind": "email"}, "priority": 1}, "kind"),
            ({"where": {"dry_run": True}, "priority": 1}, "dry_run"),
            ({"where": {"state": "failed"}, "priority": 1}, "filter"),
            ({"type": "email", "priority": 1}, "type"),
            ({"where": {"type": "email"}}, None),
            ({"where": {"type": "email"}, "data": object()}, "data"),
            ({"id": id, "where": {"type": "email"}, "priority": 1}, "type"),
            ({"id": [id], "dry_run": True, "priority": 1}, "dry_run"),
        ]
        for given, field in wrong:
            with pytest.raises(InvalidError) as caught:
                await update(**given)
            assert caught.value.field == field, given
        assert await client.get(id) == before

    async def test_what_is_wrong_changes_nothing(self, client: Client):
        id = await client.enqueue("email", {"to": "a"})
        before = await client.get(id)
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"data": object()}, "data"),
            ({"data": "x" * 2**21, "priority": 1}, "data"),
            ({"tags": ["a"], "priority": "first"}, "priority"),
        ]
        for options, field in wrong:
            with pytest.raises(InvalidError) as caught:
                await client.update(id, **options)
            assert caught.value.field == field
        unknown: dict[str, Any] = {"attempts": 3}
        with pytest.raises(InvalidError, match="there are priority, delay") as caught:
            await client.update(id, **unknown)
        assert caught.value.field == "attempts"
        with pytest.raises(InvalidError, match="nothing to update"):
            await client.update(id)
        assert await client.get(id) == before


class TestLists:
    async def test_jobs_come_one_by_one_or_in_pages(self, client: Client):
        await client.enqueue_many(
            [{"type": "a", "tags": ["x"]}, {"type": "b"}, {"type": "a", "delay": 9}]
        )
        assert [job.id async for job in client.jobs()] == [1, 2, 3]
        assert [job.id async for job in client.jobs(type="a")] == [1, 3]
        assert [job.id async for job in client.jobs(tag="x")] == [1]
        assert [job.id async for job in client.jobs(state="scheduled")] == [3]
        page = await client.page(type="a", limit=1)
        assert [job.id for job in page.jobs] == [1]
        page = await client.page(type="a", cursor=page.cursor)
        assert [job.id for job in page.jobs] == [3]

    async def test_more_jobs_than_a_page_holds(self, client: Client):
        for _ in range(2):
            await client.enqueue_many([{"type": "a"}] * 1_000)
        assert len([job async for job in client.jobs(state=State.WAITING)]) == 2_000

    async def test_a_state_that_does_not_exist(self, client: Client):
        with pytest.raises(InvalidError, match=r"state: must be one of .*, not 'done'"):
            await client.page(state="done")

    async def test_a_log_and_what_is_new_of_it(self, client: Client, store: Store):
        id = await client.enqueue("email")
        someone = await runner(store)
        held = await someone.claim_one()
        await someone.settle(noted(held, progress="1", lines=["one", "two"]))
        assert await client.log(id) == (2, ["one", "two"])
        assert await client.log(id, after=1) == (2, ["two"])


class TestTypes:
    async def test_they_can_be_seen_and_paused(self, client: Client):
        await client.enqueue("a/b")
        assert [(info.type, info.waiting) for info in await client.types()] == [("a/b", 1)]
        assert (await client.pause("a/b")).paused is True
        assert (await client.pause("a/b")).paused is True
        assert [info.paused for info in await client.types("other", "a/b")] == [True]
        assert (await client.resume("a/b")).paused is False
        assert await client.types("other") == []
        assert (await client.type_page(text="A/")).types[0].type == "a/b"

    @pytest.mark.parametrize("type", ["", "a\n", "x" * 201])
    async def test_what_cannot_be_a_type_is_refused(self, client: Client, type: str):
        for verb in (client.types, client.pause, client.resume):
            with pytest.raises(InvalidError) as caught:
                await verb(type)
            assert caught.value.field == "type"


async def test_counters(client: Client):
    await client.enqueue("email")
    stats = await client.stats(2)
    assert stats.totals["email"] == {"enqueued": 1}
    assert [len(stats.minutes), len(await client.history(2))] == [2, 2]
    for minutes in (0, -1, 2_881):
        for verb in (client.stats, client.history):
            with pytest.raises(InvalidError) as caught:
                await verb(minutes)
            assert caught.value.field == "minutes"


async def test_runners(client: Client, store: Store):
    someone = await runner(store)
    [found] = await client.runners()
    assert found.id == someone.id
    await someone.lease.leave()
    assert await client.runners() == []


async def test_events_are_told_as_they_happen_and_none_is_missed(client: Client, store: Store):
    await client.enqueue("a")
    position = await store.feed().end()
    ids = [await client.enqueue("a"), await client.enqueue("b")]
    async with asyncio.timeout(30):
        events = client.events(after=position)
        first = await anext(events)
        assert (first.what, first.type, first.ids) == ("waiting", "a", (ids[0],))
        assert (await anext(client.events(after=first.position))).ids == (ids[1],)
        assert (await anext(client.events("b", after=position))).ids == (ids[1],)
        later = asyncio.ensure_future(anext(client.events("a")))
        while not later.done():
            await client.enqueue("a")
            await asyncio.wait([later], timeout=0.05)
        assert later.result().what == "waiting"


@pytest.mark.parametrize("after", ["", "now", "1", 5, "-1-1"])
async def test_a_position_that_is_none(client: Client, after: Any):
    with pytest.raises(InvalidError) as caught:
        await anext(client.events(after=after))
    assert caught.value.field == "after"


async def test_a_position_that_is_too_long_ago(client: Client):
    await client.enqueue("email")
    with pytest.raises(InvalidError, match="after: is too long ago"):
        await anext(client.events(after="1-1"))


def test_a_blocking_client_does_the_same(blocking: BlockingClient):
    id = blocking.enqueue("email", tags=["x"])
    assert blocking.update(id, delay=60) is State.SCHEDULED
    assert blocking.update(where={"state": "scheduled"}, priority=1).counts.done == 1
    assert blocking.promote([id]) == {id: State.WAITING}
    assert blocking.pause("email").paused is True
    assert [job.id for job in blocking.jobs(tag="x")] == [id]
    assert blocking.page(state="waiting").jobs[0].id == id
    assert blocking.log(id).lines == []
    assert blocking.stats(1).totals["email"] == {"enqueued": 1}
    assert len(blocking.history(1)) == 1
    assert blocking.runners() == []
    assert blocking.remove(id) is None
    with pytest.raises(PayloadError):
        blocking.update(id, data=object())


def test_a_blocking_client_is_told_of_events(
    blocking: BlockingClient, plain: Plain, namespace: str
):
    blocking.enqueue("a")
    [(position, _)] = plain.xrevrange(f"{{{namespace}:0}}:events", count=1)
    ids = blocking.enqueue_many([{"type": "b"}, {"type": "c"}])
    events = blocking.events("b", "c", after=position)
    assert [(event.type, event.ids) for event in islice(events, 2)] == [
        ("b", (ids[0],)),
        ("c", (ids[1],)),
    ]
