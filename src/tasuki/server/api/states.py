"""States: what there is to know of each, so that no page has a list of its own."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp

from tasuki.model.state import ASKED, SHOWN, allows
from tasuki.server.api.operations import API, Operation
from tasuki.server.http.answers import StateInfo, StateList
from tasuki.server.http.replies import Reply

_STATES = StateList(
    [
        StateInfo(state, state.finished, [verb for verb in ASKED if allows(verb, state)])
        for state in SHOWN
    ]
)


class States:
    """The handler."""

    async def list(self, request: Request) -> ASGIApp:
        return Reply(_STATES)

    def operations(self) -> Iterable[Operation]:
        yield Operation(
            "GET",
            f"{API}/states",
            "The states that a job can be in, and what can be done in each",
            self.list,
            {200: StateList},
        )
