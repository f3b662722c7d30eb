"""The embedded store: finds a Valkey and runs it, for everybody who has no store yet.

    async with EmbeddedStore(Path(".tasuki")) as store:
        print(store.url, store.version)

The data lies in one directory that only its owner can enter, and the server listens on a socket in
it and nowhere else. The first process starts it, later ones attach, the last one to leave stops it.
"""

from tasuki.embedded.binary import Binary, Version, find_binary
from tasuki.embedded.errors import (
    DataDamagedError,
    DataDirError,
    DataVersionError,
    EmbeddedError,
    ForeignServerError,
    NoStoreBinaryError,
    RewriteFailedError,
    SocketPathTooLongError,
    StoreExitedError,
    StoreNotStartedError,
    StoreNotStoppedError,
    StoreOptionError,
    StoreSilentError,
)
from tasuki.embedded.events import (
    Attached,
    Converting,
    Died,
    Left,
    Loading,
    Restarted,
    Rewriting,
    Started,
    StartFailed,
    Stopped,
    StoreEvent,
    Vanished,
)
from tasuki.embedded.running import running
from tasuki.embedded.store import EmbeddedStore
from tasuki.model.settings.embedded import Fsync

__all__ = [
    "Attached",
    "Binary",
    "Converting",
    "DataDamagedError",
    "DataDirError",
    "DataVersionError",
    "Died",
    "EmbeddedError",
    "EmbeddedStore",
    "ForeignServerError",
    "Fsync",
    "Left",
    "Loading",
    "NoStoreBinaryError",
    "Restarted",
    "RewriteFailedError",
    "Rewriting",
    "SocketPathTooLongError",
    "StartFailed",
    "Started",
    "Stopped",
    "StoreEvent",
    "StoreExitedError",
    "StoreNotStartedError",
    "StoreNotStoppedError",
    "StoreOptionError",
    "StoreSilentError",
    "Vanished",
    "Version",
    "find_binary",
    "running",
]
