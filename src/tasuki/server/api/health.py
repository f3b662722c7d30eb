"""Health: whether the process is up, and whether it can take jobs."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.server.api.operations import API, Operation
from tasuki.server.http.answers import Live
from tasuki.server.http.replies import Reply
from tasuki.store.health import Health, Readiness

_LIVE = Live()


class HealthChecks:
    """The handlers. They stand at `/health` too, where many load balancers look."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def live(self, request: Request) -> ASGIApp:
        return Reply(_LIVE)

    async def ready(self, request: Request) -> ASGIApp:
        found = await self._health.ready()
        return Reply(found) if found.ready else Reply(found, 503, (b"retry-after", b"1"))

    def operations(self) -> Iterable[Operation]:
        for base in (f"{API}/health", "/health"):
            yield Operation("GET", f"{base}/live", "Is the process up?", self.live, {200: Live})
            yield Operation(
                "GET",
                f"{base}/ready",
                "Can jobs be submitted now? If not, why?",
                self.ready,
                {200: Readiness, 503: Readiness},
            )
