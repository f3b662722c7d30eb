"""One browser tab that shows the dashboard, and all that the browser complains about."""

from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page, Request, Response

LEFT = "net::ERR_ABORTED"
"""What becomes of the requests that a page has open, such as the event stream, when it is left."""


class Screen:
    """What a person sees. `complaints` must stay empty."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    async def open(self, place: str = "#/") -> None:
        """Go to a place such as `#/jobs/1`. Only the first time this loads the page."""
        await self.page.goto(f"{self.url}/{place}")

    def tile(self, state: str) -> Locator:
        """The number of jobs in a state, over all types."""
        return self.page.locator(f".tile[data-state={state}] dd").first

    def row(self, type: str) -> Locator:
        """The row of a type."""
        return self.page.get_by_role("row").filter(
            has=self.page.get_by_role("rowheader").get_by_role("link", name=type, exact=True)
        )

    def count(self, type: str, state: str) -> Locator:
        """How many jobs of a type are in a state."""
        return self.row(type).locator(f"[data-state={state}]")

    def panel(self, name: str) -> Locator:
        """A part of the page that has a name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def button(self, name: str) -> Locator:
        """A button, by its whole label."""
        return self.page.get_by_role("button", name=name, exact=True)

    def state(self) -> Locator:
        """The state of the job that is shown."""
        return self.page.locator("tasuki-job-view .heading .badge")

    async def asks(self, script: str) -> Any:
        """The value of a JavaScript expression on the page."""
        return await self.page.evaluate(script)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def _failed(self, request: Request) -> None:
        if request.failure == LEFT:
            return
        self.complaints.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")
