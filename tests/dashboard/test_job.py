"""The page of one job, and what can be done there."""

import asyncio
import threading
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tasuki import Backoff, Fail, Job, State, Worker
from tasuki.model.backoff import BackoffRule
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.workers.desk import Desk, running

pytestmark = pytest.mark.browser


class Broken(Worker):
    type = "broken"

    async def process(self, job: Job[Any]) -> None:
        job.log("looking for %s", job.data["name"])
        raise Fail("it was not there\nat all")


async def test_a_failed_job_shows_why_and_is_retried(
    screen: Screen, desk: Desk, store: Store
) -> None:
    number = 2**63 - 1  # more than JavaScript's numbers hold
    id = await desk.submit("broken", {"name": "Aki", "n": number}, tags=("eu",), priority="high")
    async with running(store, Broken):
        await desk.comes_to(id, State.FAILED)

    await screen.open(f"#/jobs/{id}")
    await expect(screen.page).to_have_title(f"Job {id} · Tasuki")
    await expect(screen.state()).to_have_text("failed")
    await expect(screen.panel("Error")).to_contain_text("it was not there\nat all")
    await expect(screen.panel("Data")).to_contain_text(f'"n": {number}')
    await expect(screen.panel("Log")).to_contain_text("looking for Aki")
    for fact in ("Attempts1 of 3", "Priority-10", "Tagseu", "Reason"):
        await expect(screen.panel("Facts")).to_contain_text(fact)

    await screen.button(f"Retry job {id}").click()
    await expect(screen.state()).to_have_text("waiting")
    await expect(screen.page.get_by_text(f"Job {id} is waiting again.")).to_be_visible()
    await expect(screen.panel("Error")).to_be_hidden()
    before = screen.panel("Before the retry")
    await expect(before).to_contain_text("it was not there\nat all")
    for fact in ("Statefailed", "Attempts1", "Started", "Finished", "Took"):
        await expect(before).to_contain_text(fact)
    assert (await desk.reader.job(id)).state is State.WAITING


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Backoff.fixed(90), "fixed 1 min 30 s"),
        (Backoff.list(1, 60), "1.0 s, 1 min"),
        (Backoff.exponential(), "doubling from 2.0 s up to 5 min"),
        (Backoff.exponential(jitter=False), "doubling from 2.0 s up to 5 min, without jitter"),
    ],
    ids=str,
)
async def test_a_backoff_is_told_in_words(
    screen: Screen, desk: Desk, rule: BackoffRule, words: str
) -> None:
    id = await desk.submit("patient", backoff=rule)
    await screen.open(f"#/jobs/{id}")
    fact = screen.panel("Facts").locator("dd", has_text=words)
    await expect(fact).to_have_text(words)


async def test_a_running_job_is_followed(screen: Screen, desk: Desk, store: Store) -> None:
    steps = asyncio.Queue[str]()

    class Slow(Worker):
        type = "slow"

        async def process(self, job: Job[Any]) -> dict[str, int]:
            for step in (1, 2):
                job.log(await steps.get())
                await job.progress(step, 2, "pages")
            await steps.get()
            return {"pages": 2}

    id = await desk.submit("slow")
    await screen.open(f"#/jobs/{id}")
    await expect(screen.state()).to_have_text("waiting")
    async with running(store, Slow):
        await expect(screen.state()).to_have_text("active")
        await expect(screen.button(f"Remove job {id}")).to_be_hidden()
        steps.put_nowait("read the first one")
        await expect(screen.page.get_by_text("1 of 2")).to_be_visible()
        await expect(screen.panel("Log")).to_contain_text("read the first one")
        steps.put_nowait("read the second one")
        await expect(screen.panel("Log")).to_contain_text("read the second one")
        steps.put_nowait("done")
        await expect(screen.state()).to_have_text("completed")
        await expect(screen.panel("Result")).to_contain_text('"pages": 2')


class Deaf(Worker):
    """Does not listen when it is told to stop."""

    type = "deaf"
    over = threading.Event()

    def process(self, job: Job[Any]) -> None:
        self.over.wait(30)


async def test_a_job_that_is_told_to_stop_says_so_until_it_has(
    screen: Screen, desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasuki.workers.attempt.attempt.STUBBORN_SECONDS", 3.0)
    id = await desk.submit("deaf")
    async with running(store, Deaf):
        await screen.open(f"#/jobs/{id}")
        await expect(screen.state()).to_have_text("active")
        await screen.button(f"Cancel job {id}").click()
        await screen.button(f"Really cancel? job {id}").click()
        stopping = screen.page.locator(".heading .stopping")
        await expect(stopping).to_be_visible(timeout=2_500)
        await expect(screen.state()).to_have_text("active")
        await expect(screen.page.get_by_text("has not stopped yet")).to_be_visible()
        await expect(screen.button(f"Cancel job {id}")).to_be_hidden()
        await expect(screen.state()).to_have_text("cancelled")
        await expect(stopping).to_be_hidden()
        await expect(screen.page.get_by_text("its code may still be running")).to_be_visible()
        Deaf.over.set()


async def test_a_job_that_waits_apart_says_why(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("suspect")

    async def suspected(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"reason": "suspect"})

    await screen.page.route(f"**/api/v1/jobs/{id}", suspected)
    await screen.open(f"#/jobs/{id}")
    await expect(screen.page.get_by_text("the process that ran it died")).to_be_visible()


async def test_a_scheduled_job_is_run_now(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("later", delay=3_600)
    await screen.open(f"#/jobs/{id}")
    await expect(screen.state()).to_have_text("scheduled")
    await expect(screen.panel("Facts")).to_contain_text("in 59 min")
    await screen.button(f"Run now job {id}").click()
    await expect(screen.state()).to_have_text("waiting")


async def test_cancel_and_remove_ask_first(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("unwanted")
    await screen.open(f"#/jobs/{id}")
    await screen.button(f"Cancel job {id}").click()
    await expect(screen.button(f"Really cancel? job {id}")).to_be_focused()
    assert (await desk.reader.job(id)).state is State.WAITING
    await screen.page.keyboard.press("Enter")
    await expect(screen.state()).to_have_text("cancelled")

    await screen.button(f"Remove job {id}").click()
    await screen.button(f"Remove for good? job {id}").click()
    await expect(screen.page.get_by_role("alert")).to_contain_text("This job is gone")
    assert await desk.reader.jobs([id]) == []
    assert screen.complaints != []  # the browser reports that the job is not found any more
    screen.complaints.clear()


async def test_a_refusal_is_shown(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("unwanted")
    await screen.open(f"#/jobs/{id}")
    await screen.button(f"Cancel job {id}").click()
    await screen.page.route("**/cancel", lambda route: route.abort())
    await screen.button(f"Really cancel? job {id}").click()
    await expect(screen.page.get_by_text("The server cannot be reached.")).to_be_visible()
    assert (await desk.reader.job(id)).state is State.WAITING
    screen.complaints.clear()  # the browser reports the call that did not get through


async def test_the_search_finds_a_job_by_its_id(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("sought")
    await screen.open()
    await screen.page.get_by_role("searchbox").fill(f" #{id} ")
    await screen.page.keyboard.press("Enter")
    await expect(screen.page.get_by_role("heading", name=f"sought #{id}")).to_be_visible()


async def test_a_job_that_is_not_there(screen: Screen) -> None:
    await screen.open("#/jobs/4711")
    await expect(screen.page.get_by_text("There is no job 4711")).to_be_visible()
    screen.complaints.clear()  # the browser reports the 404


async def test_addresses_that_make_no_sense(screen: Screen) -> None:
    missing = screen.page.get_by_text("There is no such page.")
    for place in ("#/jobs/x", "#/nothing", "#/types/%FF", "#/types/a?state=odd"):
        await screen.open(place)
        await expect(missing).to_be_visible()
        await missing.get_by_role("link").click()
        await expect(screen.page.get_by_role("heading", name="No jobs yet")).to_be_visible()
