"""A worker inside a program waits for its store, and what ends it reaches the program."""

import asyncio
import logging
import os

import pytest

from tasuki import Job, State, Worker
from tests.proxy import proxy_to
from tests.support import eventually
from tests.workers.desk import Desk


class Echo(Worker):
    type = "echo"

    async def process(self, job: Job) -> object:
        if job.data == "odd":
            job.log(os.fsdecode(b"caf\xe9.txt"))
        return job.data


async def test_it_waits_for_a_store_that_is_not_there_yet(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    with proxy_to(desk.store.address.url) as proxy:
        proxy.refuse()
        with caplog.at_level(logging.INFO):
            worker = Echo(proxy.url, namespace=desk.store.keyspace.namespace).subscribe()
            await eventually(lambda: "does not work, trying again" in caplog.text)
            proxy.accept()
            id = await desk.submit("echo", "hello")
            await desk.comes_to(id, State.COMPLETED, 10)
        assert "works again" in caplog.text
        await worker.close()


async def test_it_can_be_closed_while_it_waits(desk: Desk):
    with proxy_to(desk.store.address.url) as proxy:
        proxy.refuse()
        worker = Echo(proxy.url, namespace=desk.store.keyspace.namespace).subscribe()
        await asyncio.sleep(0)
        await worker.close()


async def test_it_goes_on_after_a_line_that_is_not_utf_8(desk: Desk):
    worker = Echo(desk.store.address.url, namespace=desk.store.keyspace.namespace).subscribe()
    odd = await desk.submit("echo", "odd")
    await desk.comes_to(odd, State.COMPLETED)
    assert (await desk.reader.log(odd)).lines == ["caf\ufffd.txt"]
    await desk.comes_to(await desk.submit("echo", "hello"), State.COMPLETED)
    await worker.close()


async def test_what_ends_it_is_logged_at_once_and_raised(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    class Broken(Echo):
        async def setup(self) -> None:
            raise OSError("no database")

    worker = Broken(desk.store.address.url, namespace=desk.store.keyspace.namespace).subscribe()
    with pytest.raises(OSError, match="no database"):
        await worker.closed()
    assert "worker Broken has ended" in caplog.text
    with pytest.raises(OSError, match="no database"):
        await worker.close()


async def test_one_can_wait_until_it_is_closed(desk: Desk):
    worker = Echo(desk.store.address.url, namespace=desk.store.keyspace.namespace).subscribe()
    waiting = asyncio.create_task(worker.closed())
    await desk.comes_to(await desk.submit("echo", "hello"), State.COMPLETED)
    assert not waiting.done()
    await worker.close()
    await waiting
