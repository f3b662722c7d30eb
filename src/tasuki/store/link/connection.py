"""How calls travel: what is common to connections with and without an event loop."""

from collections.abc import Sequence
from typing import Any, Protocol

from tasuki.store.address import Address
from tasuki.store.link.resp import RefusalError, pack


class Connection(Protocol):
    """Carries calls to the store; connects when there is a call, and again after an error.

    Nothing is sent twice here: who may repeat a call does so.
    """

    async def call(self, packed: bytes, seconds: float) -> Any:
        """Send a packed command, and give its reply.

        Raises:
            RefusalError: the store refuses. The connection stays.
            TimeoutError: there was no reply in so many seconds. The connection is dropped, since
                its reply could be taken for that of the next call.
            OSError: the store cannot be reached, or was lost before it answered.
            NonsenseError: it is no store.
        """
        ...

    async def pause(self, seconds: float) -> None:
        """Let some time pass, until the next call."""
        ...

    async def close(self) -> None:
        """Close the connection. A later call opens it again."""
        ...


class Connect(Protocol):
    """How to make a connection to an address, not yet open."""

    def __call__(self, address: Address, name: str) -> Connection:
        """Make one. `name` is seen in the store's list of clients."""
        ...


_NO_PASSWORD = "without any password configured"


def greeting(address: Address, name: str) -> list[bytes]:
    """What is said first on a connection: who this is, and which database it wants."""
    words: list[tuple[str | int, ...]] = []
    if address.username:
        words.append(("AUTH", address.username, address.password))
    elif address.password:
        words.append(("AUTH", address.password))
    words.append(("CLIENT", "SETNAME", name))
    if address.database:
        words.append(("SELECT", address.database))
    return [pack(*each) for each in words]


def check_greeted(replies: Sequence[object]) -> None:
    """Look at what was answered to a greeting.

    Anybody may come into a store that has no password, those too who have one: so it is for a
    moment while a password is being changed.

    Raises:
        RefusalError: the first refusal.
    """
    for reply in replies:
        if isinstance(reply, RefusalError) and _NO_PASSWORD not in str(reply):
            raise reply
