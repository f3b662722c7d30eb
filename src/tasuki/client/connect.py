"""Connecting a client to a store."""

from functools import partial

from tasuki.client.blocking import BlockingClient
from tasuki.client.client import Client
from tasuki.model.errors import InvalidError
from tasuki.store.store import DEFAULT_NAMESPACE, Store

EXAMPLES = "valkey://localhost:6379/0 or unix:///run/valkey.sock"


async def connect(
    url: str, *, namespace: str = DEFAULT_NAMESPACE, allow_unsafe: bool = False
) -> Client:
    """A client for code in an event loop, on a store that was found fit to keep jobs.

        async with await tasuki.connect("valkey://localhost:6379/0") as client:
            await client.enqueue("email", {"to": "a@example.org"})

    Args:
        url: `valkey://`, `redis://`, with TLS `valkeys://` or `rediss://`, or `unix://`.
        namespace: separates installations in one store.
        allow_unsafe: take a store whose settings could lose jobs, as for a test.

    Raises:
        InvalidError: the URL or the namespace cannot be used.
        StoreUnsafeError: the store would lose jobs; the message says what to change.
        StoreUnavailableError: the store cannot be reached.
    """
    store = _store(url, namespace)
    try:
        await store.check(allow_unsafe=allow_unsafe)
    except BaseException:
        await store.close()
        raise
    return Client(store, owns_store=True)


def connect_sync(
    url: str, *, namespace: str = DEFAULT_NAMESPACE, allow_unsafe: bool = False
) -> BlockingClient:
    """A client for code without an event loop; otherwise as `connect`.

        with tasuki.connect_sync("valkey://localhost:6379/0") as client:
            client.enqueue("email", {"to": "a@example.org"})

    Raises:
        InvalidError, StoreError: as `connect`.
    """
    client = BlockingClient(partial(connect, url, namespace=namespace, allow_unsafe=allow_unsafe))
    client.open()
    return client


def _store(url: str, namespace: str) -> Store:
    for field, value in (("url", url), ("namespace", namespace)):
        if not isinstance(value, str):
            raise InvalidError("must be text", field=field)
    try:
        return Store(url, namespace=namespace)
    except InvalidError as error:
        if error.field != "url":
            raise
        message = f"{error.message}, such as {EXAMPLES}"
        raise InvalidError(message, field="url") from error
