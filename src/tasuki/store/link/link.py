"""One connection to the store, for one user of it: what is said on it."""

from time import monotonic
from typing import Any

from tasuki.model.errors import StoreUnavailableError, TasukiError
from tasuki.store.address import Address
from tasuki.store.keys import Keyspace
from tasuki.store.link.async_connection import AsyncConnection
from tasuki.store.link.connection import Connect
from tasuki.store.link.errors import translate
from tasuki.store.link.resp import NonsenseError, RefusalError, pack
from tasuki.store.link.script_calls import ScriptCalls
from tasuki.telemetry.events import Listeners, ScriptCalled

CALL_SECONDS = 1.5
"""How long a call may take before the store counts as unavailable: an answer is due within 2 s."""
SLOWEST_RATE = 1_000_000
"""Bytes a second that a connection carries at least."""


class Link:
    """Calls the store; connects when needed, and again after an error.

    How a call travels is up to the connection: in an event loop, or blocking, and then its
    coroutines never wait for a loop. Nothing is sent twice here: who may repeat a call does so.
    """

    def __init__(
        self,
        address: Address,
        keyspace: Keyspace,
        name: str,
        connect: Connect = AsyncConnection,
        listeners: Listeners | None = None,
    ) -> None:
        self._keyspace = keyspace
        self._listeners = listeners or Listeners()
        self._connection = connect(address, f"tasuki-{name}")
        self._calls = ScriptCalls(keyspace.base)

    @property
    def keyspace(self) -> Keyspace:
        """The keys that scripts called by this link work on."""
        return self._keyspace

    async def run(self, name: str, request: bytes, *, seconds: float = CALL_SECONDS) -> bytes:
        """Run the script `name` with a msgpack request, and give its msgpack reply.

        A large request may take as much longer as it needs to be sent. Who expects a large reply
        adds the time that it needs to `seconds`; see `time_for`.

        Raises:
            StoreError: one of its kinds, when the store refuses, fails or cannot be reached.
            LeaseLostError: from scripts that a runner calls.
        """
        if ScriptCalled not in self._listeners:
            return await self._run(name, request, seconds)
        began, outcome = monotonic(), "cancelled"
        try:
            reply = await self._run(name, request, seconds)
            outcome = "ok"
        except TasukiError as error:
            outcome = error.code
            raise
        finally:
            self._listeners.tell(ScriptCalled(name, monotonic() - began, outcome))
        return reply

    async def command(
        self, *words: str | bytes | int | float, seconds: float = CALL_SECONDS
    ) -> Any:
        """Send one plain command and give its reply.

        Raises:
            StoreError: as `run`.
        """
        try:
            return await self._connection.call(pack(*words), seconds)
        except (RefusalError, NonsenseError, OSError) as error:
            raise _failure(error, seconds) from error

    async def pause(self, seconds: float) -> None:
        """Let some time pass before the next call, in the way of its connection."""
        await self._connection.pause(seconds)

    async def close(self) -> None:
        """Close the connection. A later call opens it again."""
        await self._connection.close()

    async def _run(self, name: str, request: bytes, seconds: float) -> bytes:
        seconds += time_for(len(request))
        try:
            while True:
                try:
                    reply: bytes = await self._connection.call(
                        self._calls.call(name, request), seconds
                    )
                except RefusalError as error:
                    if (load := self._calls.cure(name, error)) is None:
                        raise
                else:
                    return reply
                # The store does not know the script: make it known, and call it again.
                try:
                    await self._connection.call(load, seconds)
                except RefusalError as error:
                    if not self._calls.load_failed(error):
                        raise
        except (RefusalError, NonsenseError, OSError) as error:
            raise _failure(error, seconds) from error


def time_for(size: int) -> float:
    """Seconds that so many bytes may take on their way."""
    return size / SLOWEST_RATE


def _failure(error: Exception, seconds: float) -> Exception:
    if isinstance(error, TimeoutError):
        return StoreUnavailableError(f"the store did not answer within {seconds:.2g} s")
    return translate(error)
