"""Connecting a client to a store."""

from functools import partial

from tasuki.client.blocking.blocking import BlockingClient
from tasuki.client.blocking.pool import Pool
from tasuki.client.client import Client
from tasuki.client.sizes import checked_limit
from tasuki.model.errors import InvalidError
from tasuki.model.settings.limits import DATA_BYTES
from tasuki.model.values.names import DEFAULT_NAMESPACE
from tasuki.store.link.async_connection import AsyncConnection
from tasuki.store.link.connection import Connect
from tasuki.store.store import Store

EXAMPLES = "valkey://localhost:6379/0 or unix:///run/valkey.sock"


async def connect(
    url: str,
    *,
    namespace: str = DEFAULT_NAMESPACE,
    allow_unsafe: bool = False,
    data_limit: int = DATA_BYTES,
) -> Client:
    """A client for code in an event loop, on a store that was found fit to keep jobs.

        async with await tasuki.connect("valkey://localhost:6379/0") as client:
            await client.enqueue("email", {"to": "a@example.org"})

    Args:
        url: `valkey://`, `redis://`, with TLS `valkeys://` or `rediss://`, or `unix://`.
        namespace: separates installations in one store.
        allow_unsafe: take a store whose settings could lose jobs, as for a test.
        data_limit: how many bytes of JSON the data of one job may have, at most 16 MiB. Give it
            the same value as the setting `data_limit` of the server.

    Raises:
        InvalidError: the URL, the namespace or the limit cannot be used.
        StoreUnsafeError: the store would lose jobs; the message says what to change.
        StoreUnavailableError: the store cannot be reached.
    """
    limit, store = checked_limit(data_limit), _store(url, namespace, AsyncConnection)
    try:
        await store.check(allow_unsafe=allow_unsafe)
    except BaseException:
        await store.close()
        raise
    return Client(store, owns_store=True, data_limit=limit)


def connect_sync(
    url: str,
    *,
    namespace: str = DEFAULT_NAMESPACE,
    allow_unsafe: bool = False,
    data_limit: int = DATA_BYTES,
) -> BlockingClient:
    """A client for code without an event loop; otherwise as `connect`.

        with tasuki.connect_sync("valkey://localhost:6379/0") as client:
            client.enqueue("email", {"to": "a@example.org"})

    Raises:
        InvalidError, StoreError: as `connect`.
    """
    client = BlockingClient(
        partial(
            Pool,
            partial(_store, url, namespace),
            allow_unsafe=allow_unsafe,
            data_limit=checked_limit(data_limit),
        )
    )
    client.open()
    return client


def _store(url: str, namespace: str, connect: Connect) -> Store:
    for field, value in (("url", url), ("namespace", namespace)):
        if not isinstance(value, str):
            raise InvalidError("must be text", field=field)
    try:
        return Store(url, namespace=namespace, connect=connect)
    except InvalidError as error:
        if error.field != "url":
            raise
        message = f"{error.message}, such as {EXAMPLES}"
        raise InvalidError(message, field="url") from error
