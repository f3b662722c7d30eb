"""The doorbell of a runner: sleeps until there is work of some types, or news for the runner."""

from collections.abc import Sequence

from tasuki.store.link.link import Link


class Doorbell:
    """Blocks on a connection of its own. A ring is only a hint: who is woken asks the store."""

    def __init__(self, bell: Link, side: Link, runner: str) -> None:
        self._bell = bell
        self._side = side
        self._keyspace = bell.keyspace
        self._own = self._keyspace.key(f"ring:{runner}")
        self._client: int | None = None

    async def wait(self, types: Sequence[str], seconds: float) -> str | None:
        """Wait up to `seconds` for a ring. Gives the type that rang, '' for the runner itself.

        None means that nobody rang in time, or that `interrupt` was called.

        Raises:
            StoreError: the store cannot be reached.
        """
        keys = [self._own, *(self._keyspace.key(f"bell:{type}") for type in types)]
        if self._client is None:
            self._client = int(await self._bell.command("CLIENT", "ID"))
        try:
            reply = await self._bell.command(
                "BLPOP", *keys, round(max(seconds, 0.01), 3), seconds=seconds + 2
            )
        except BaseException:
            self._client = None
            raise
        if reply is None:
            return None
        key = reply[0].decode()
        return "" if key == self._own else key[len(self._keyspace.key("bell:")) :]

    async def interrupt(self) -> None:
        """Make `wait` return now, so that it can be called with other types."""
        if self._client is not None:
            await self._side.command("CLIENT", "UNBLOCK", self._client)
