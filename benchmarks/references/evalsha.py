"""A trivial script, called one call after another: the least that an enqueue could cost."""

from typing import Any, Self

from benchmarks.references.client import connect

WRITES = "return server.call('SET', KEYS[1], ARGV[1])"
"""Writes once, as an enqueue must, so that the store's log (and its fsync) is in the figure."""

ANSWERS = "return ARGV[1]"
"""Writes nothing."""


class Evalsha:
    """One loaded script, and a client to call it with."""

    def __init__(self, client: Any, sha: str) -> None:
        self._client = client
        self._sha = sha

    @classmethod
    async def load(cls, script: str) -> Self:
        client = connect()
        return cls(client, await client.script_load(script))

    async def call(self, data: bytes) -> None:
        await self._client.evalsha(self._sha, 1, "evalsha", data)

    async def close(self) -> None:
        await self._client.aclose()
