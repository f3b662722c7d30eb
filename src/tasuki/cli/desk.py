"""Where the commands that look and steer find a store, and what they work with."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

from tasuki.cli.settings.settings import Settings
from tasuki.client.client import Client
from tasuki.embedded import EmbeddedStore
from tasuki.embedded.datadir import DataDir
from tasuki.model.errors import StoreUnavailableError
from tasuki.store.health import Health
from tasuki.store.store import Store

ANSWER_SECONDS = 1.0
"""How long a store may take to its first answer. With loading Python that stays below 2 s."""


class Desk(NamedTuple):
    """A store that answers, and everything a command does with it."""

    settings: Settings
    store: Store
    client: Client
    health: Health


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Connect to the store that the settings name, or to the one that runs in the data directory.

    Raises:
        StoreUnavailableError: there is none, or it does not answer within a second.
    """
    store = Store(settings.url or running_url(settings.data_dir), namespace=settings.namespace)
    try:
        await store.shared.command("PING", seconds=ANSWER_SECONDS)
        async with Client(
            store, data_limit=settings.data_limit, retention=settings.retention
        ) as client:
            yield Desk(settings, store, client, Health(store))
    finally:
        await store.close()


def running_url(data_dir: Path) -> str:
    """Where the store of a data directory listens.

    It is not started here: it would end with the command, and nobody would run the job.

    Raises:
        StoreUnavailableError: none is running there.
    """
    if not _listens(DataDir(data_dir).socket):
        raise StoreUnavailableError(
            f"no store is running in {shown_path(data_dir)}: start one with `tasuki up APP`, or"
            " give --url"
        )
    return EmbeddedStore(data_dir).url


def shown_path(path: Path) -> str:
    """A path as people would type it here: `./.tasuki`, or the whole of it."""
    cwd = Path.cwd()
    return f"./{path.relative_to(cwd)}" if path.is_relative_to(cwd) else str(path)


def _listens(path: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
