"""Text of jobs is shown as text, whatever it looks like."""

from typing import Any

import pytest
from playwright.async_api import expect

from tasuki import Fail, Job, State, Worker
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.worker.desk import Desk, running

pytestmark = pytest.mark.browser

HOSTILE = (
    "<img src=x data-bad onerror=alert(1)>",
    "<script data-bad>alert(1)</script>",
    "\"'><svg data-bad onload=alert(1)>",
    "</title></textarea><iframe data-bad srcdoc='<script>alert(1)</script>'>",
    "javascript:alert(1)//${alert(1)}{{alert(1)}}<!--?lit$-->",
)
INJECTED = "document.querySelectorAll('[data-bad], iframe, main script, main img').length"


@pytest.mark.parametrize("text", HOSTILE)
async def test_it_stays_text(screen: Screen, desk: Desk, store: Store, text: str) -> None:
    error = type(text, (ValueError,), {})

    class Hostile(Worker):
        types = (text,)
        attempts = 1

        async def process(self, job: Job[Any]) -> Any:
            job.log("%s", text)
            await job.progress(1, 2, text)
            if job.data[text] == "fail":
                raise error(text)
            return {text: text}

    failed = await desk.submit(text, {text: "fail"}, tags=(text,))
    done = await desk.submit(text, {text: text})
    async with running(store, Hostile):
        await desk.comes_to(failed, State.FAILED)
        await desk.comes_to(done, State.COMPLETED)

        await screen.open()
        await expect(screen.row(text)).to_be_visible()
        await expect(screen.panel("Recent failures")).to_contain_text(text)
        await expect(screen.panel("Runners")).to_contain_text(text)
        await screen.button(f"Pause {text}").click()
        await expect(screen.page.get_by_role("status")).to_contain_text([f"Paused {text}."])
        assert await screen.asks(INJECTED) == 0

    await screen.row(text).get_by_role("link", name=text, exact=True).click()
    await expect(screen.page.locator("tr[data-id]")).to_have_count(2)
    await expect(screen.page).to_have_title(f"{text} · Tasuki")
    assert await screen.asks(INJECTED) == 0

    in_json = text.replace('"', '\\"')
    shown = {"Error": text, "Log": text, "Facts": text, "Data": in_json, "Result": in_json}
    for id, panels in ((failed, ("Error", "Log", "Facts", "Data")), (done, ("Result",))):
        await screen.open(f"#/jobs/{id}")
        await expect(screen.page.get_by_role("heading", level=1)).to_contain_text(text)
        for panel in panels:
            await expect(screen.panel(panel)).to_contain_text(shown[panel])
        assert await screen.asks(INJECTED) == 0


async def test_a_failure_raised_with_markup_is_text_too(
    screen: Screen, desk: Desk, store: Store
) -> None:
    class Refuses(Worker):
        type = "refuses"

        async def process(self, job: Job[Any]) -> None:
            raise Fail(HOSTILE[0])

    id = await desk.submit("refuses")
    async with running(store, Refuses):
        await desk.comes_to(id, State.FAILED)
    await screen.open("#/types/refuses?state=failed")
    await expect(screen.page.locator(f"tr[data-id='{id}']")).to_contain_text(HOSTILE[0])
    assert await screen.asks(INJECTED) == 0
