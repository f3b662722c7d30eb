"""Health: whether the process is up, and whether it can take jobs."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from tasuki.admin import Health, Readiness
from tasuki.server.answers import Live
from tasuki.server.operations import API, Operation
from tasuki.server.replies import reply

_LIVE = Live()


class HealthChecks:
    """The handlers. They stand at `/health` too, where many load balancers look."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def live(self, request: Request) -> Response:
        return reply(_LIVE)

    async def ready(self, request: Request) -> Response:
        found = await self._health.ready()
        return reply(found, 200) if found.ready else reply(found, 503, **{"retry-after": "1"})

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
