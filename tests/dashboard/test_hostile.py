"""Text of jobs is shown as text, whatever it looks like."""

from typing import Any

import pytest
from playwright.async_api import expect

from tasuki import Job, State, Worker
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.workers.desk import Desk, running

pytestmark = pytest.mark.browser

HOSTILE = (
    "<img src=x data-bad onerror=alert(1)>",
    "<script data-bad>alert(1)</script>",
    "\"'><svg data-bad onload=alert(1)>",
    "</title></textarea><iframe data-bad srcdoc='<script>alert(1)</script>'>",
    "javascript:alert(1)//${alert(1)}{{alert(1)}}<!--?lit$-->",
)
INJECTED = "document.querySelectorAll('[data-bad], iframe, main script, main img').length"


class Hostile(Worker):
    """Puts the name of the type wherever a worker can put text."""

    types = HOSTILE
    attempts = 1

    async def process(self, job: Job[Any]) -> Any:
        text = job.type
        job.log("%s", text)
        await job.progress(1, 2, text)
        if job.data[text] == "fail":
            raise type(text, (ValueError,), {})(text)
        return {text: text}


async def test_it_stays_text(screen: Screen, desk: Desk, store: Store) -> None:
    failed = {text: await desk.submit(text, {text: "fail"}, tags=(text,)) for text in HOSTILE}
    done = {text: await desk.submit(text, {text: text}) for text in HOSTILE}
    async with running(store, Hostile):
        await desk.all_come_to(list(failed.values()), State.FAILED)
        await desk.all_come_to(list(done.values()), State.COMPLETED)
        await screen.open()
        for text in HOSTILE:
            await expect(screen.row(text)).to_be_visible()
            await expect(screen.panel("Recent failures")).to_contain_text(text)
            await expect(screen.panel("Runners")).to_contain_text(text)
        await screen.button(f"Pause {HOSTILE[0]}").click()
        await expect(screen.page.get_by_text(f"Paused {HOSTILE[0]}.")).to_be_visible()
        assert await screen.asks(INJECTED) == 0

    for text in HOSTILE:
        await screen.open()
        await screen.row(text).get_by_role("link", name=text, exact=True).click()
        await expect(screen.page).to_have_title(f"{text} · Tasuki")
        await expect(screen.page.locator("tr[data-id]")).to_have_count(2)
        await expect(screen.page.locator(f"tr[data-id='{failed[text]}']")).to_contain_text(text)
        assert await screen.asks(INJECTED) == 0

        in_json = text.replace('"', '\\"')
        await screen.open(f"#/jobs/{failed[text]}")
        await expect(screen.page.get_by_role("heading", level=1)).to_contain_text(text)
        for panel in ("Error", "Log", "Facts"):
            await expect(screen.panel(panel)).to_contain_text(text)
        await expect(screen.panel("Data")).to_contain_text(in_json)
        assert await screen.asks(INJECTED) == 0

        await screen.open(f"#/jobs/{done[text]}")
        await expect(screen.panel("Result")).to_contain_text(in_json)
        assert await screen.asks(INJECTED) == 0


TURNED = "invoice\u202egpj.exe"
WRITTEN_OUT = "invoice\\u202egpj.exe"


class Turned(Worker):
    """Turns text round wherever a worker can put text."""

    type = "turned"
    attempts = 1

    async def process(self, job: Job[Any]) -> Any:
        job.log("%s", TURNED)
        await job.progress(1, 2, TURNED)
        raise type(TURNED, (ValueError,), {})(TURNED)


async def test_what_turns_text_round_is_written_out(
    screen: Screen, desk: Desk, store: Store
) -> None:
    waiting = await desk.submit("waiting", {"name": TURNED, TURNED: ["\u200b\u2067\ufeff"]})
    failed = await desk.submit("turned", {"name": TURNED})
    async with running(store, Turned):
        await desk.comes_to(failed, State.FAILED)
    await screen.open()
    await expect(screen.panel("Recent failures")).to_contain_text(WRITTEN_OUT)
    for place in (f"#/jobs/{failed}", "#/types/turned", "#/types/waiting", f"#/jobs/{waiting}"):
        await screen.open(place)
        await expect(screen.page.locator("main")).to_contain_text(WRITTEN_OUT)
        assert TURNED not in await screen.page.locator("main").inner_text()
    await expect(screen.panel("Data")).to_contain_text("\\u200b\\u2067\\ufeff")
    await screen.open(f"#/jobs/{failed}")
    for panel in ("Error", "Log", "Data"):
        await expect(screen.panel(panel)).to_contain_text(WRITTEN_OUT)
    await expect(screen.page.locator("tasuki-progress")).to_contain_text(WRITTEN_OUT)


async def test_languages_from_right_to_left_stay_and_turn_nothing_else_round(
    screen: Screen, desk: Desk
) -> None:
    hebrew = "\u05d7\u05e9\u05d1\u05d5\u05df"
    id = await desk.submit(hebrew, {"name": hebrew}, tags=(hebrew, "\u200d\U0001f469"))
    await screen.open()
    await expect(screen.row(hebrew)).to_be_visible()
    await screen.open(f"#/jobs/{id}")
    heading = screen.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(f"{hebrew} #{id}")
    left = "(name) => document.querySelector(name).getBoundingClientRect().left"
    number = await screen.page.evaluate(left, "h1 .id")
    assert number > await screen.page.evaluate(left, "h1 a")
    await expect(screen.panel("Data")).to_contain_text(f'"name": "{hebrew}"')
