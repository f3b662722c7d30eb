"""Runners: look at them."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.server.api.operations import API, Operation
from tasuki.server.http.answers import RunnerList
from tasuki.server.http.replies import Reply


class Runners:
    """The handlers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def list(self, request: Request) -> ASGIApp:
        return Reply(RunnerList(await self._client.runners()))

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "GET", f"{API}/runners", "All runners that hold a lease", self.list, {200: RunnerList}
        )
