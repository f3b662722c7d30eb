"""One connection to the store, for one user of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVarTuple, Unpack

from valkey.asyncio.connection import AbstractConnection
from valkey.exceptions import ConnectionError as Disconnected
from valkey.exceptions import ResponseError, ValkeyError

from tasuki.model.errors import StoreUnavailableError
from tasuki.store.address import Address
from tasuki.store.deadlines import Deadlines
from tasuki.store.keys import Keyspace
from tasuki.store.replies import translate
from tasuki.store.script_calls import ScriptCalls, pack

P = TypeVarTuple("P")

CALL_SECONDS = 1.5
"""How long a call may take before the store counts as unavailable: an answer is due within 2 s."""
SLOWEST_RATE = 1_000_000
"""Bytes a second that a connection carries at least."""


class Link:
    """Calls the store, one call at a time; connects when needed, and again after an error.

    A connection whose call was cancelled or timed out is dropped, since its reply could be taken
    for that of the next call. Nothing is sent twice here: who may repeat a call does so.
    """

    def __init__(self, address: Address, keyspace: Keyspace, name: str) -> None:
        self._address = address
        self._name = f"tasuki-{name}"
        self._keyspace = keyspace
        self._lock = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._deadlines = Deadlines()
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
        seconds += time_for(len(request))
        reply: bytes = await self._within(seconds, self._run, name, request)
        return reply

    async def command(
        self, *words: str | bytes | int | float, seconds: float = CALL_SECONDS
    ) -> Any:
        """Send one plain command and give its reply.

        Raises:
            StoreError: as `run`.
        """
        return await self._within(seconds, self._send, pack(*words))

    async def close(self) -> None:
        """Close the connection. A later call opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _within(
        self, seconds: float, send: Callable[[Unpack[P]], Awaitable[Any]], *args: Unpack[P]
    ) -> Any:
        try:
            with self._deadlines.within(seconds):
                async with self._lock:
                    return await send(*args)
        except TimeoutError as error:
            raise StoreUnavailableError(
                f"the store did not answer within {seconds:.2g} s"
            ) from error
        except (ValkeyError, OSError) as error:
            raise translate(error) from error

    async def _run(self, name: str, request: bytes) -> Any:
        """Call a script, and if the store does not know it, make it known and call it again."""
        while True:
            try:
                return await self._send(self._calls.call(name, request))
            except ResponseError as error:
                load = self._calls.cure(name, error)
                if load is None:
                    raise
            try:
                await self._send(load)
            except ResponseError as error:
                if not self._calls.load_failed(error):
                    raise

    async def _send(self, call: bytes) -> Any:
        try:
            connection = self._connection or await self._connect()
            await connection.send_packed_command(call, check_health=False)
            return await connection.read_response()
        except ResponseError:
            raise
        except BaseException:
            await self.close()
            raise

    async def _connect(self) -> AbstractConnection:
        connection = self._connection = self._address.connection(self._name)
        try:
            await connection.connect()
        except Disconnected as error:
            if NO_PASSWORD not in str(error):
                raise
            # Anybody may come in, but for those who have a password, as while it is being changed.
            connection = self._connection = self._address.connection(self._name, anonymous=True)
            await connection.connect()
        return connection


NO_PASSWORD = "without any password configured"
"""A part of what a store without a password answers to one who has one."""


def time_for(size: int) -> float:
    """Seconds that so many bytes may take on their way."""
    return size / SLOWEST_RATE
