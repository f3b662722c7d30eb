"""What the page looks like: nothing out of sight, nothing too faint, the focus never nowhere."""

import pytest
from playwright.async_api import ViewportSize, expect

from tasuki import State
from tasuki.model.state import FINISHED
from tests.dashboard.screen import Screen
from tests.support import eventually
from tests.workers.desk import Desk

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=800)
CONTRAST = """(selector) => {
  const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...probe.getImageData(0, 0, 1, 1).data].map((n) =>
      n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opaque = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return /, 0\\)$/.test(colour) ? opaque(element.parentElement) : colour;
  };
  return [...document.querySelectorAll(selector)].map((element) => {
    const pair = [light(getComputedStyle(element).color), light(opaque(element))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  });
}"""
IN_SIGHT = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
  const box = element.getBoundingClientRect();
  return box.left >= 0 && box.right <= innerWidth;
})"""


@pytest.mark.parametrize("state", sorted(FINISHED))
async def test_the_chosen_tab_is_in_sight_on_a_phone(screen: Screen, state: State) -> None:
    await screen.page.set_viewport_size(PHONE)
    await screen.open(f"#/types/email?state={state}")
    await expect(screen.page.locator(".tabs [aria-current]")).to_have_text(state)
    assert await screen.page.evaluate(IN_SIGHT, ".tabs [aria-current]") == [True]
    await screen.page.get_by_role("link", name="all", exact=True).click()
    await expect(screen.page.locator(".tabs [aria-current]")).to_have_text("all")
    assert await screen.page.evaluate(IN_SIGHT, ".tabs [aria-current]") == [True]


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
async def test_no_button_and_no_number_is_cut_off(screen: Screen, desk: Desk, width: int) -> None:
    for type in ("a", "a.rather.long.name.of.a.type.that.does.not.end", "x" * 200):
        await desk.submit_many(3, type)
        for id in await desk.submit_many(2, type):
            await desk.operator.cancel([id])
    await screen.page.set_viewport_size({"width": width, "height": 800})
    await screen.open()
    await expect(screen.page.locator("tr[data-type]")).to_have_count(3)
    for selector in ("tr[data-type] button", "tr[data-type] td a", ".tile dd"):
        assert set(await screen.page.evaluate(IN_SIGHT, selector)) == {True}, selector


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_small_things_can_be_read(screen: Screen, desk: Desk, scheme: str) -> None:
    await desk.submit("email")
    await screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await screen.open()
    await expect(screen.row("email")).to_be_visible()
    ratios = await screen.page.evaluate(CONTRAST, ".zero, .aside, .tag, th, dd, .totals span")
    assert len(ratios) > 10
    assert min(ratios) >= 4.5


async def test_the_focus_goes_along(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("email")
    heading = screen.page.get_by_role("heading", level=1)
    await screen.open()
    await screen.row("email").get_by_role("link", name="email", exact=True).press("Enter")
    await expect(heading).to_have_text("email")
    await expect(heading).to_be_focused()
    await screen.page.get_by_role("link", name=f"#{id}").press("Enter")
    await expect(heading).to_contain_text(f"#{id}")
    await expect(heading).to_be_focused()
    await screen.page.get_by_role("searchbox").fill("4711")
    await screen.page.keyboard.press("Enter")
    await expect(screen.page.get_by_text("There is no job 4711")).to_be_visible()
    await screen.page.go_back()
    await expect(heading).to_be_focused()
    screen.complaints.clear()  # the browser reports the 404


async def test_an_action_does_not_lose_the_focus(screen: Screen, desk: Desk) -> None:
    id = await desk.submit("email")
    await screen.open(f"#/jobs/{id}")
    nowhere = "document.activeElement === document.body"
    for keys, button, state in (
        (("Enter", "Enter"), "Cancel", "cancelled"),
        (("Enter",), "Retry", "waiting"),
    ):
        await screen.button(f"{button} job {id}").focus()
        for key in keys:
            await screen.page.keyboard.press(key)
        await expect(screen.state()).to_have_text(state)
        await eventually(lambda: _not(screen, nowhere))
    await screen.open("#/types/email")
    await screen.button("Pause email").focus()
    await screen.page.keyboard.press("Enter")
    await expect(screen.button("Resume email")).to_be_focused()


async def _not(screen: Screen, expression: str) -> bool:
    return not await screen.asks(expression)
