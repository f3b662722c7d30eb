"""What can go wrong with the embedded store.

    EmbeddedError
    ├── NoStoreBinaryError          no server program that is new enough
    ├── StoreOptionError            an option for the server makes no sense
    ├── DataDirError                the directory cannot hold a store
    │   └── SocketPathTooLongError      its socket would have a name that is too long
    ├── DataVersionError            the data was written by a newer server
    ├── DataDamagedError            the data cannot be read whole
    ├── ForeignServerError          a server that Tasuki did not start uses the directory
    ├── StoreExitedError            the server ended by itself
    ├── StoreSilentError            the server runs, but does not answer
    ├── RewriteFailedError          the server could not write a new append-only file
    ├── StoreNotStoppedError        the server did not end cleanly when it was told to
    └── StoreNotStartedError        asked about a server before `start()`

Every message names the path or the process and says what to do.
"""

from tasuki.model.errors import TasukiError


class EmbeddedError(TasukiError):
    """The embedded store cannot be found, started, kept running or stopped."""

    code = "embedded"


class NoStoreBinaryError(EmbeddedError):
    """No Valkey or Redis server program was found, or none that is new enough."""

    code = "no_store_binary"


class StoreOptionError(EmbeddedError, ValueError):
    """An option for the embedded store is out of range, or not the caller's to set."""

    code = "bad_store_option"


class DataDirError(EmbeddedError):
    """The data directory cannot be made or written, or is not safe from other users."""

    code = "bad_data_dir"


class SocketPathTooLongError(DataDirError):
    """The operating system takes no socket with so long a path."""

    code = "socket_path_too_long"


class DataVersionError(EmbeddedError):
    """The data was written by a server that is newer than the one at hand."""

    code = "data_of_another_version"


class DataDamagedError(EmbeddedError):
    """The data is damaged or incomplete. Tasuki never starts empty in its place."""

    code = "data_damaged"


class ForeignServerError(EmbeddedError):
    """A server answers on the store's socket without holding the store's lock."""

    code = "foreign_server"


class StoreExitedError(EmbeddedError):
    """The server ended before it was ready. The message shows the end of its log."""

    code = "store_exited"


class StoreSilentError(EmbeddedError):
    """The process that holds the store does not answer."""

    code = "store_silent"


class RewriteFailedError(EmbeddedError):
    """The server could not write the new append-only file that a safe start needs."""

    code = "store_rewrite_failed"


class StoreNotStoppedError(EmbeddedError):
    """The server did not end in time, or not cleanly, when it was told to stop."""

    code = "store_not_stopped"


class StoreNotStartedError(EmbeddedError):
    """A fact about the running server was asked for before `start()`, or after `stop()`."""

    code = "store_not_started"
