"""The jobs of one type."""

import pytest
from playwright.async_api import expect

from tests.dashboard.screen import Screen
from tests.workers.desk import Desk

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
    await desk.operator.cancel(id)
    await expect(row).to_contain_text("cancelled")
    await screen.button("Pause letter").click()
    await expect(screen.button("Resume letter")).to_be_visible()
    assert (await desk.reader.types(["letter"]))[0].paused
