"""Fixtures for tests of the dashboard: Chromium on the real server on a real store."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tasuki.server import Server, ServerOptions
from tasuki.store.store import Store
from tests.dashboard.screen import Screen
from tests.workers.desk import Desk

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is on PATH; see scripts/chromium.sh")


@pytest.fixture(scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def server(store: Store) -> AsyncIterator[Server]:
    server = Server(ServerOptions(port=0), store)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def screen(browser: Browser, server: Server) -> AsyncIterator[Screen]:
    """A tab in a browser profile of its own. The test fails on anything that the browser minds."""
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(10_000)
        screen = Screen(await context.new_page(), server.url)
        yield screen
        assert screen.complaints == []


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)
