"""States that stores get into, each brought about in a real one, and ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.server.own_store import OwnStore, slow_loading
from tests.support import Plain, plain_client

LOADING_SECONDS = 6.0
KEYS = 200


@dataclass(frozen=True)
class StoreState:
    """A store that does not do what is asked of it, for as long as `during` lasts.

    `code` is that of the error which its users get.
    """

    name: str
    code: str

    @contextmanager
    def during(self, own: OwnStore) -> Iterator[None]:
        """Have the state. The store works again at the end; loading ends by itself."""
        if self.name == "loading":
            own.fill(keys=KEYS, size=2_000)
            own.kill()
            own.start_loading(*slow_loading(KEYS, seconds=LOADING_SECONDS))
            yield
            return
        with plain_client(own.url) as client:
            before, after = _COMMANDS[self.name]
            _all(client, before)
            yield
            _all(client, after)


_CUT = "CLIENT KILL TYPE normal SKIPME yes"
_COMMANDS = {
    "password": (
        ("CONFIG SET requirepass other", "AUTH other", _CUT),
        ('CONFIG SET requirepass ""',),
    ),
    "maxclients": (("CONFIG SET maxclients 1", _CUT), ("CONFIG SET maxclients 1000",)),
    "replica": (("REPLICAOF 127.0.0.1 1",), ("REPLICAOF NO ONE",)),
}

STATES = (
    StoreState("loading", "store_unavailable"),
    StoreState("password", "store_refused"),
    StoreState("maxclients", "store_unavailable"),
    StoreState("replica", "store_read_only"),
)


def _all(client: Plain, lines: tuple[str, ...]) -> None:
    for line in lines:
        client.execute_command(*["" if word == '""' else word for word in line.split()])
