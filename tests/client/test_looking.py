"""Looking at jobs, and acting on them."""

from typing import Any

import pytest

from tasuki import Client, InvalidError, JobNotFoundError, StateError
from tasuki.model.state import State
from tasuki.store.store import Store
from tests.store.factory import completed, runner


async def test_counts_by_type_and_state(client: Client, store: Store):
    await client.enqueue_many([{"type": "a"}, {"type": "a"}, {"type": "a", "delay": 9}])
    await client.enqueue("b")
    worker = await runner(store)
    await worker.settle(completed(await worker.claim_one("b")))
    await worker.claim_one("a")
    none = dict.fromkeys(State, 0)
    assert await client.counts() == {
        "a": none | {"waiting": 1, "scheduled": 1, "active": 1},
        "b": none | {"completed": 1},
    }


async def test_cancel_and_retry_and_remove(client: Client):
    id = await client.enqueue("email", delay=60)
    assert await client.cancel(id) is State.CANCELLED
    with pytest.raises(StateError, match="cannot cancel"):
        await client.cancel(id)
    assert await client.retry(id) is State.WAITING
    assert (await client.get(id)).state is State.WAITING
    await client.remove(id)
    with pytest.raises(JobNotFoundError) as caught:
        await client.get(id)
    assert caught.value.id == id


METHODS = ["get", "wait", "result", "cancel", "retry", "remove"]


@pytest.mark.parametrize("method", METHODS)
async def test_a_job_that_is_not_there(client: Client, method: str):
    with pytest.raises(JobNotFoundError, match="there is no job 4711"):
        await getattr(client, method)(4711)


@pytest.mark.parametrize("id", [0, -1, "7", 1.0, True, None, 2**53], ids=repr)
@pytest.mark.parametrize("method", METHODS)
async def test_what_is_no_id_is_refused(client: Client, method: str, id: Any):
    with pytest.raises(InvalidError) as caught:
        await getattr(client, method)(id)
    assert caught.value.field == "id"
