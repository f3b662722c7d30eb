"""The async client of the references: the one Tasuki uses, with nothing around it."""

from typing import Any

import valkey.asyncio

from benchmarks import protocol


def connect() -> Any:
    """A client of the store. Untyped: its annotations do not tell a value from an awaitable."""
    return valkey.asyncio.Valkey.from_url(protocol.store_url(), socket_timeout=None)
