"""The store was stopped and started between a call and its repeat."""

from pathlib import Path

from tasuki.embedded import EmbeddedStore
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.lease import Lease
from tasuki.store.link.link import Link
from tasuki.store.producer import Producer, Submission
from tasuki.store.store import Store
from tests.store.factory import Runner, completed, held_by, new_job
from tests.store.invariants import broken, snapshot
from tests.store.links import RepeatingLink
from tests.support import plain_client

NAMESPACE = "again"


def links(url: str, n: int) -> tuple[Store, list[RepeatingLink]]:
    store = Store(url, namespace=NAMESPACE)
    return store, [RepeatingLink(store.address, store.keyspace, "test") for _ in range(n)]


async def close(store: Store, *others: Link) -> None:
    for link in others:
        await link.close()
    await store.close()


async def test_a_repeated_call_gets_its_first_answer(short_dir: Path):
    server = EmbeddedStore(short_dir)
    store, [sending, running] = links(server.url, 2)
    async with server:
        jobs = [new_job(), new_job()]
        assert await Producer(sending).enqueue([Submission(jobs, "k", "f")]) == [[1, 2]]
        lease = Lease(running, LeaseTerms())
        await lease.register({}, [])
        someone = Runner(lease)
        [held] = await someone.claim()
        first = await someone.exchange(completed(held), {"email": 1})
        with plain_client(server.url) as client:
            before = snapshot(client, NAMESPACE)
    await close(store, sending, running)

    async with server:
        assert await sending.send_again() == sending.reply
        again = await someone.exchange(completed(held), {"email": 1}, repeat=True)
        assert held_by(again) == held_by(first)
        with plain_client(server.url) as client:
            assert snapshot(client, NAMESPACE) == before
            assert broken(client, NAMESPACE) == []
        assert await Producer(sending).enqueue([Submission(jobs, "k", "f")]) == [[1, 2]]
        assert await someone.settle(completed(*held_by(again))) == []
        states = [job.state for job in await store.reader().jobs([1, 2])]
        assert states == [State.COMPLETED] * 2
        await close(store, sending, running)
