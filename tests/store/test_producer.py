"""Calls whose replies are lost, and calls that arrive late."""

import pytest

from tasuki.model.errors import InvalidError, StoreUnavailableError
from tasuki.model.job import NewJob
from tasuki.store.link.link import CALL_SECONDS, Link
from tasuki.store.producer import Producer, Submission
from tasuki.store.store import Store
from tests.store.factory import new_job


class HeldLink(Link):
    """Keeps back what it is given while `held`, as a network does that has come to a halt."""

    held = False
    calls: tuple[tuple[str, bytes], ...] = ()

    async def run(self, name: str, request: bytes, *, seconds: float = CALL_SECONDS) -> bytes:
        self.calls += ((name, request),)
        if self.held:
            raise StoreUnavailableError("no answer") from TimeoutError()
        return await super().run(name, request, seconds=seconds)

    async def arrive(self, call: tuple[str, bytes]) -> bytes:
        return await super().run(*call)


async def made(store: Store) -> int:
    return sum(info.waiting for info in await store.reader().types())


async def test_a_late_call_does_not_take_the_place_of_a_later_one(store: Store):
    link = HeldLink(store.address, store.keyspace, "held")
    producer = Producer(link)
    link.held = True
    with pytest.raises(StoreUnavailableError):
        await producer.enqueue([Submission([new_job()])])
    link.held = False
    await producer.enqueue([Submission([new_job()])])
    late, later = link.calls
    await link.arrive(late)
    # The later call is repeated as well: its reply was lost.
    await link.arrive(later)
    await link.arrive(late)
    assert await made(store) == 2
    await link.close()


async def test_calls_go_on_under_one_name_while_all_is_well(store: Store):
    producer = store.producer()
    for _ in range(5):
        await producer.enqueue([Submission([new_job()])])
    keys = await store.shared.command("KEYS", store.keyspace.key("sender:*"))
    assert len(keys) == 1


async def test_a_job_that_cannot_be_written_is_refused_before_anything_is_sent(store: Store):
    bad = NewJob(type="email", data=b"\xff")  # pyright: ignore[reportArgumentType]
    producer = store.producer()
    with pytest.raises(InvalidError, match="cannot be written"):
        await producer.enqueue([Submission([new_job()]), Submission([bad])])
    assert await made(store) == 0
    [ids] = await producer.enqueue([Submission([new_job()])])
    assert not isinstance(ids, InvalidError)
    assert len(ids) == 1
