"""Gets the data of a job that stand in a place of their own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from tasuki.model.errors import StoreError

log = logging.getLogger("tasuki.runner")

FETCH_AGAIN_SECONDS = 0.5

Fetch = Callable[[str, int], Awaitable[str | None]]
"""Gets the data of a job, by its ref and their size in bytes; None if they are gone."""


async def fetched(fetch: Fetch, ref: str, size: int) -> str | None:
    """The data, however long the store is away; None if they are gone.

    Raises:
        StoreError: the store will never give them.
    """
    while True:
        try:
            return await fetch(ref, size)
        except StoreError as error:
            if not error.transient:
                raise
            log.debug("the data of job %s wait for the store: %s", ref, error)
        await asyncio.sleep(FETCH_AGAIN_SECONDS)
