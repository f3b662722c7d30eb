"""The first page: it loads without a complaint, and its numbers move by themselves."""

import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tasuki import Fail, Job, State, Worker
from tasuki.client import Client
from tasuki.model.errors import StoreUnavailableError
from tasuki.server import Server, ServerOptions
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.support import eventually
from tests.workers.desk import Desk, running

pytestmark = pytest.mark.browser


class Greet(Worker):
    type = "greet"

    async def process(self, job: Job[dict[str, Any]]) -> str:
        if "name" not in job.data:
            raise Fail("nobody to greet")
        return f"Hello {job.data['name']}"


async def test_an_empty_store_says_what_to_do(screen: Screen) -> None:
    await screen.open()
    await expect(screen.page).to_have_title("Tasuki")
    await expect(screen.page.get_by_role("heading", name="No jobs yet")).to_be_visible()
    call = screen.page.get_by_label("A call that submits a job", exact=True)
    await expect(call).to_contain_text(f"curl {screen.url}/api/v1/jobs")


async def test_the_numbers_move_without_a_reload(screen: Screen, desk: Desk, store: Store) -> None:
    await screen.open()
    await expect(screen.page.get_by_role("heading", name="No jobs yet")).to_be_visible()
    await screen.asks("window.same = true")

    await desk.submit_many(2, "greet", {"name": "Aki"})
    failing = await desk.submit("greet")
    await expect(screen.tile("waiting")).to_have_text("3")
    await expect(screen.count("greet", "waiting")).to_have_text("3")
    await expect(screen.row("greet")).to_contain_text("no runner")
    await expect(screen.panel("Runners")).to_contain_text("No runner, so jobs wait.")
    await expect(screen.panel("Recent failures")).to_contain_text("No failed jobs")

    async with running(store, Greet):
        await expect(screen.tile("completed")).to_have_text("2")
        await expect(screen.count("greet", "failed")).to_have_text("1")
        await expect(screen.tile("waiting")).to_have_text("0")
        await expect(screen.row("greet")).not_to_contain_text("no runner")
        await expect(screen.panel("Runners").get_by_role("row")).to_have_count(2)
        failure = screen.panel("Recent failures").get_by_role("listitem")
        await expect(failure).to_contain_text(f"#{failing}")
        await expect(failure).to_contain_text("nobody to greet")
        await expect(failure).to_contain_text("attempt 1 of 3")
        await expect(screen.page.locator("[data-series=completed]")).to_have_text("completed2")

    await failure.get_by_role("link", name=f"#{failing}").click()
    await expect(screen.state()).to_have_text("failed")
    assert await screen.asks("window.same")


async def test_the_pause_button_pauses_and_resumes(screen: Screen, desk: Desk) -> None:
    await desk.submit("a/b c")
    await screen.open()
    await screen.button("Pause a/b c").click()
    await expect(screen.row("a/b c")).to_contain_text("paused")
    [info] = await desk.reader.types(["a/b c"])
    assert info.paused
    await screen.button("Resume a/b c").click()
    await expect(screen.row("a/b c")).not_to_contain_text("paused")
    [info] = await desk.reader.types(["a/b c"])
    assert not info.paused


PANELS = {
    "types": ("Types", ".tile"),
    "runners": ("Runners", "tr[data-runner]"),
    "stats": ("Jobs per minute", ".plot"),
    "failures": ("Recent failures", ".failures li"),
}


@pytest.mark.parametrize("part", PANELS)
async def test_a_part_that_fails_takes_no_other_along(
    screen: Screen, desk: Desk, server: Server, store: Store, part: str
) -> None:
    method = "page" if part == "failures" else part
    working = getattr(Client, method)
    away = True

    async def failing(client: Client, *arguments: Any, **named: Any) -> Any:
        if away:
            raise StoreUnavailableError("at 10.0.0.7")
        return await working(client, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, method, failing)
        failing_job = await desk.submit("greet")
        async with running(store, Greet):
            await desk.comes_to(failing_job, State.FAILED)
            await screen.open()
            panel = screen.panel(PANELS[part][0])
            await expect(panel).to_contain_text("This cannot be had: the store cannot be reached")
            for name, selector in PANELS.values():
                shown = screen.page.locator(selector).first
                if name == PANELS[part][0]:
                    await expect(shown).to_be_hidden()
                else:
                    await expect(shown).to_be_visible()
            away = False
            await expect(panel).not_to_contain_text("This cannot be had", timeout=10_000)
            await expect(screen.page.locator(PANELS[part][1]).first).to_be_visible()
            away = True
            await expect(panel).to_contain_text("This is not up to date", timeout=15_000)
            await expect(screen.page.locator(PANELS[part][1]).first).to_be_visible()


async def test_hundreds_of_types_are_searched(screen: Screen, desk: Desk) -> None:
    for n in range(230):
        await desk.submit(f"{'mail' if n % 2 else 'invoice'}.{n:03}")
    await screen.open()
    await expect(screen.tile("waiting")).to_have_text("230")
    rows = screen.page.locator("tr[data-type]")
    await expect(rows).to_have_count(200)
    await expect(screen.panel("Types")).to_contain_text("The first 200 of 230 types")
    search = screen.page.get_by_label("Show only types with this in their name")
    await search.fill("MAIL.22")
    await expect(rows).to_have_count(5)
    await expect(rows.first).to_contain_text("mail.221")
    await expect(search).to_be_focused()
    await search.fill("nothing like it")
    await expect(screen.page.get_by_text("No type has this in its name.")).to_be_visible()
    await search.fill("")
    await expect(rows).to_have_count(200)


async def test_numbers_say_what_they_are(screen: Screen, desk: Desk, store: Store) -> None:
    class Two(Worker):
        types = ("one", "two")
        concurrency = 7

        async def process(self, job: Job[Any]) -> None:
            """Nothing."""

    await desk.submit("one")
    async with running(store, Two):
        await screen.open()
        await expect(screen.panel("Runners")).to_contain_text(
            "at most 14 at once, all 2 types together"
        )
        crashed = screen.page.locator("[data-event=crashed]")
        await expect(crashed).to_have_text("0 attempts whose process died")


async def test_a_chosen_theme_stays(screen: Screen) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    await screen.page.emulate_media(color_scheme="light")
    await screen.open()
    light = await screen.asks(background)
    await screen.page.get_by_role("button", name="Theme: system").click()
    await screen.page.get_by_role("button", name="Theme: light").click()
    await expect(screen.page.get_by_role("button", name="Theme: dark")).to_be_visible()
    dark = await screen.asks(background)
    assert dark != light
    await screen.page.reload()
    assert await screen.asks(background) == dark
    await screen.page.get_by_role("button", name="Theme: dark").click()
    assert await screen.asks(background) == light


async def test_the_page_fits_the_screen(screen: Screen, desk: Desk) -> None:
    await desk.submit("a" * 200)
    await screen.open()
    await expect(screen.tile("waiting")).to_have_text("1")
    for width in (320, 390, 768, 1280):
        await screen.page.set_viewport_size({"width": width, "height": 700})
        assert await screen.asks("document.documentElement.scrollWidth") == width


async def test_a_lost_connection_is_told_and_comes_back(
    screen: Screen, server: Server, store: Store, desk: Desk
) -> None:
    await desk.submit("greet")
    await screen.open()
    await expect(screen.tile("waiting")).to_have_text("1")
    banner = screen.page.get_by_text("Connection lost")
    await expect(banner).to_be_hidden()

    await server.stop()
    await expect(banner).to_be_visible()
    await expect(screen.page.get_by_role("alert")).to_be_hidden()
    await desk.submit("greet")
    port = int(server.url.rpartition(":")[2])
    again = Server(ServerOptions(port=port), store)
    await again.start()
    try:
        await expect(banner).to_be_hidden(timeout=15_000)
        await expect(screen.tile("waiting")).to_have_text("2")
    finally:
        await again.stop()
        # The browser itself reports every connection that is refused.
        await eventually(lambda: screen.complaints)
        await screen.page.goto("about:blank")
        screen.complaints = [text for text in screen.complaints if not _outage.search(text)]


_outage = re.compile(r"net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE|EMPTY|ABORTED)")


async def test_states_are_those_that_the_server_names(screen: Screen, desk: Desk) -> None:
    async def with_blocked(route: Route) -> None:
        answer = await route.fetch()
        found = await answer.json()
        blocked = {"name": "blocked", "finished": True, "verbs": ["remove"]}
        await route.fulfill(response=answer, json={"states": [*found["states"], blocked]})

    await screen.page.route("**/api/v1/states", with_blocked)
    await desk.submit("greet")
    await screen.open()
    await expect(screen.tile("blocked")).to_be_visible()
    await expect(screen.count("greet", "blocked")).to_have_text("0")
    await expect(screen.page.locator(".totals [data-event=blocked]")).to_be_visible()
    await screen.open("#/types/greet?state=waiting")
    await expect(screen.page.get_by_role("link", name="blocked")).to_be_visible()


async def test_a_page_that_cannot_ask_for_the_states_asks_again(screen: Screen, desk: Desk) -> None:
    await desk.submit("greet")
    await screen.page.route("**/api/v1/states", lambda route: route.abort())
    await screen.open()
    await expect(screen.page.get_by_role("alert")).to_have_text("The server cannot be reached.")
    screen.complaints.clear()
    await screen.page.unroute("**/api/v1/states")
    await expect(screen.tile("waiting")).to_have_text("1")
    screen.complaints.clear()  # of a try before
