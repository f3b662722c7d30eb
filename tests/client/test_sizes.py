"""How much data a job, and a submission, may have."""

from typing import Any

import pytest

from tasuki import Client, InvalidError, PayloadError, connect, connect_sync
from tasuki.model.settings.limits import DATA_BYTES, MOST_BYTES
from tasuki.store.store import Store


def text_of(size: int) -> str:
    """A text that takes so many bytes as JSON."""
    return "x" * (size - 2)


async def test_a_job_may_have_1_mib_of_data_and_not_a_byte_more(client: Client):
    await client.enqueue("email", text_of(DATA_BYTES))
    with pytest.raises(PayloadError, match=f"{DATA_BYTES + 1} bytes.*at most {DATA_BYTES}") as one:
        await client.enqueue("email", text_of(DATA_BYTES + 1))
    assert one.value.field == "data"
    with pytest.raises(PayloadError, match=f"at most {DATA_BYTES}") as many:
        await client.enqueue_many([{"type": "email"}, {"type": "email", "data": "é" * DATA_BYTES}])
    assert many.value.field == "jobs[1].data"
    assert (await client.counts())["email"]["waiting"] == 1


async def test_the_limit_can_be_chosen(store_url: str, namespace: str):
    async with await connect(store_url, namespace=namespace, data_limit=100) as client:
        await client.enqueue("email", text_of(100))
        with pytest.raises(PayloadError, match="takes 101 bytes as JSON, and may take at most 100"):
            await client.enqueue("email", text_of(101))


@pytest.mark.parametrize("limit", [0, MOST_BYTES + 1, 1.5, True, "1mb"], ids=repr)
async def test_a_limit_that_cannot_be_is_refused(store_url: str, limit: Any):
    with pytest.raises(InvalidError) as refused:
        await connect(store_url, data_limit=limit)
    assert refused.value.field == "data_limit"
    with pytest.raises(InvalidError):
        connect_sync(store_url, data_limit=limit)


async def test_a_submission_may_have_16_mib_of_data(store: Store):
    async with Client(store, data_limit=MOST_BYTES) as client:
        await client.enqueue("email", text_of(MOST_BYTES))
        halves = [{"type": "email", "data": text_of(MOST_BYTES // 2)}] * 2
        await client.enqueue_many(halves)
        with pytest.raises(PayloadError, match=f"at most {MOST_BYTES} in one submission") as caught:
            await client.enqueue_many([*halves, {"type": "email"}])
        assert caught.value.field == "data"
        assert (await client.counts())["email"]["waiting"] == 3
