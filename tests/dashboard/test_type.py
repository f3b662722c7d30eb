"""The jobs of one type."""

from typing import Any

import pytest
from playwright.async_api import Route, expect

from tasuki import Job, State, Worker
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.workers.desk import Desk, running

pytestmark = pytest.mark.browser

NAME = "50% a/b?c#d"


async def test_the_states_are_tabs_and_more_comes_on_demand(screen: Screen, desk: Desk) -> None:
    ids = await desk.submit_many(60, NAME, {"n": 1})
    later = await desk.submit(NAME, delay=60)
    await screen.open()
    await screen.count(NAME, "waiting").get_by_role("link").click()
    await expect(screen.page.get_by_role("heading", name=NAME, exact=True)).to_be_visible()
    rows = screen.page.locator("tr[data-id]")
    await expect(rows).to_have_count(50)
    await expect(rows.first).to_contain_text('{"n":1}')
    await screen.button("More").click()
    await expect(rows).to_have_count(60)
    await expect(rows.last).to_contain_text(f"#{ids[-1]}")
    await expect(screen.button("More")).to_be_hidden()

    await screen.button("Back to the first ones").click()
    await expect(rows).to_have_count(50)
    await screen.page.get_by_role("link", name="scheduled").click()
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text(f"#{later}")
    await screen.page.get_by_role("link", name="failed").click()
    await expect(screen.page.get_by_text("No failed jobs of this type.")).to_be_visible()


async def test_the_list_is_live(screen: Screen, desk: Desk) -> None:
    await screen.open("#/types/letter")
    await expect(screen.page.get_by_text("jobs of this type")).to_be_visible()
    id = await desk.submit("letter")
    row = screen.page.locator(f"tr[data-id='{id}']")
    await expect(row).to_contain_text("waiting")
    await desk.operator.cancel([id])
    await expect(row).to_contain_text("cancelled")
    await screen.button("Pause letter").click()
    await expect(screen.button("Resume letter")).to_be_visible()
    assert (await desk.reader.types(["letter"]))[0].paused


class Kept(Worker):
    type = "kept"

    async def process(self, job: Job[Any]) -> None:
        """Nothing."""


async def test_finished_jobs_stand_in_the_order_in_which_they_ended(
    screen: Screen, desk: Desk, store: Store
) -> None:
    async with running(store, Kept):
        ids: list[int] = []
        for keep in (86_400 * 30, None, 60, None):
            ids.append(await desk.submit("kept", keep=keep))
            await desk.comes_to(ids[-1], State.COMPLETED)
    await screen.open("#/types/kept?state=completed")
    rows = screen.page.locator("tr[data-id]")
    await expect(rows).to_have_count(4)
    shown = [await row.get_attribute("data-id") for row in await rows.all()]
    assert shown == [str(id) for id in reversed(ids)]


async def test_what_is_only_begun_in_a_list_says_how_large_it_is(
    screen: Screen, desk: Desk
) -> None:
    id = await desk.submit("large", {"text": "short"})

    async def begin(route: Route) -> None:
        answer = await route.fetch()
        page = await answer.json()
        page["jobs"][0] |= {"data": '{"text":"the beginn', "cut": {"data": 1_234_567}}
        await route.fulfill(response=answer, json=page)

    await screen.page.route("**/api/v1/jobs?*", begin)
    await screen.open("#/types/large")
    row = screen.page.locator(f"tr[data-id='{id}']")
    await expect(row).to_contain_text('{"text":"the beginn…')
    await expect(row).to_contain_text("1.2 MB")
    await row.get_by_role("link").click()
    await expect(screen.panel("Data")).to_contain_text('"text": "short"')


async def test_a_type_that_nobody_knows_is_no_error(screen: Screen) -> None:
    await screen.open("#/types/unknown")
    await expect(screen.page.get_by_text("No jobs of this type.")).to_be_visible()
