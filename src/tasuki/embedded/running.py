"""The embedded store for code without an event loop, such as a test or a script."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tasuki.embedded.binary import Binary
from tasuki.embedded.store import EmbeddedStore
from tasuki.model.settings.embedded import FSYNC, Fsync


@contextmanager
def running(
    directory: Path,
    *,
    fsync: Fsync = FSYNC,
    maxmemory: int | None = None,
    extra: Mapping[str, str] | None = None,
    binary: Binary | None = None,
) -> Iterator[str]:
    """Have a store for the length of a `with` block, and get its URL.

        with running(tmp_path) as url:
            client = tasuki.connect_sync(url)

    The options are those of `EmbeddedStore`. Nobody starts the server again if it dies. Inside an
    event loop, use `async with EmbeddedStore(...)`.

    Raises:
        EmbeddedError: no server can be had; the message says why and what to do.
    """
    store = EmbeddedStore(directory, fsync=fsync, maxmemory=maxmemory, extra=extra, binary=binary)
    asyncio.run(store.start())
    try:
        yield store.url
    finally:
        asyncio.run(store.stop())
