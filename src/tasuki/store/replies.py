"""From the store's error replies to Tasuki's errors."""

from valkey import exceptions as client

from tasuki.model.errors import (
    LayoutError,
    LeaseLostError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreRefusedError,
    StoreUnavailableError,
    TasukiError,
)

_BY_WORD: dict[str, type[TasukiError]] = {
    "LAYOUT": LayoutError,
    "LEASE_LOST": LeaseLostError,
    "OOM": StoreFullError,
    "READONLY": StoreReadOnlyError,
    "MISCONF": StoreReadOnlyError,
    "NOREPLICAS": StoreReadOnlyError,
    "LOADING": StoreUnavailableError,
    "BUSY": StoreUnavailableError,
    "MASTERDOWN": StoreUnavailableError,
    "CLUSTERDOWN": StoreUnavailableError,
    "TRYAGAIN": StoreUnavailableError,
    "UNBLOCKED": StoreUnavailableError,
    "UNKILLABLE": StoreUnavailableError,
}

_BY_CLASS: tuple[tuple[type[Exception], type[TasukiError], str], ...] = (
    (client.BusyLoadingError, StoreUnavailableError, "the store is loading its data: "),
    (client.OutOfMemoryError, StoreFullError, "the store is out of memory: "),
    (client.ReadOnlyError, StoreReadOnlyError, "the store takes no writes: "),
    (client.MasterDownError, StoreUnavailableError, "the store has lost its primary: "),
    (client.ClusterDownError, StoreUnavailableError, "the store's cluster is down: "),
    (client.AuthenticationError, StoreRefusedError, "the store refused the password: "),
    (client.NoPermissionError, StoreRefusedError, "the store's user lacks a permission: "),
    (client.AuthorizationError, StoreRefusedError, "the store refused the user: "),
    (client.ConnectionError, StoreUnavailableError, "the store cannot be reached: "),
    (client.TimeoutError, StoreUnavailableError, "the store does not answer: "),
    (OSError, StoreUnavailableError, "the store cannot be reached: "),
)


def translate(error: Exception) -> TasukiError:
    """The Tasuki error for an error of the store's client.

    A script's own error starts with the code of the class to raise, as `LEASE_LOST ...`.
    """
    if isinstance(error.__cause__, client.ValkeyError):
        # What goes wrong while connecting, such as a wrong password, arrives wrapped up.
        error = error.__cause__
    text = str(error)
    word, _, rest = text.partition(" ")
    if word in _BY_WORD:
        return _BY_WORD[word](rest)
    for kind, becomes, prefix in _BY_CLASS:
        if isinstance(error, kind):
            return becomes(prefix + text)
    if "max number of clients" in text:
        return StoreUnavailableError("the store has no connection free: " + text)
    return StoreError("the store answered: " + text)
