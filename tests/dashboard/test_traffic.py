"""How much a viewer asks for: about once a second, however much happens."""

import asyncio
import time
from typing import Any

import pytest
from playwright.async_api import Request, expect

from tasuki import Job, Worker
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.support import eventually
from tests.workers.desk import Desk, running

pytestmark = pytest.mark.browser

SECONDS = 6
BURST = 3


class Busy(Worker):
    type = "busy"
    concurrency = 20

    async def process(self, job: Job[Any]) -> None:
        for _ in range(5):
            job.log("walking %d tables", job.id)
        await job.progress(1, 2)
        await asyncio.sleep(0.02)


class Talking(Worker):
    """Logs until it is told to be quiet."""

    type = "talking"

    async def process(self, job: Job[Any]) -> None:
        for n in range(100_000):
            job.log("line %d %s", n, "x" * 60)
            if n % 10 == 0:
                await job.progress(n, 100_000)
                await asyncio.sleep(0.01)


def asked(screen: Screen) -> list[Request]:
    """All that the page asks the API for from now on, but for the stream."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        if "/api/v1/" in request.url and not request.url.endswith("/events"):
            requests.append(request)

    screen.page.on("request", note)
    return requests


@pytest.mark.parametrize("place", ["#/", "#/types/busy"])
async def test_a_page_asks_about_once_a_second(
    screen: Screen, desk: Desk, store: Store, place: str
) -> None:
    requests = asked(screen)
    async with running(store, Busy):
        await screen.open(place)
        began = time.monotonic()
        while time.monotonic() < began + SECONDS:
            ids = await desk.submit_many(5, "busy")
            await desk.reader.jobs(ids)
        took = time.monotonic() - began
    assert len(requests) <= took + BURST + 1


async def test_the_log_of_a_running_job_is_read_once(
    screen: Screen, desk: Desk, store: Store
) -> None:
    requests = asked(screen)
    id = await desk.submit("talking")
    async with running(store, Talking):
        await screen.open(f"#/jobs/{id}")
        await expect(screen.panel("Log")).to_contain_text("line 100 ", timeout=20_000)
        began = time.monotonic()
        del requests[:]

        async def read_again() -> bool:
            return sum("/log" in request.url for request in requests) >= 3

        await eventually(read_again, seconds=20)
        assert len(requests) <= time.monotonic() - began + BURST + 1
        await desk.operator.cancel([id])
        await expect(screen.state()).to_have_text("cancelled")
    logs = [request.url for request in requests if "/log" in request.url]
    places = [int(url.partition("after=")[2]) for url in logs]
    assert places[0] >= 100
    assert places == sorted(places)
    last = (await desk.reader.log(id)).lines[-1].split(" ")[1]
    await expect(screen.panel("Log")).to_contain_text(f"line {last} ", timeout=10_000)
