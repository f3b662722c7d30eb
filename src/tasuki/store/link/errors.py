"""From what the store answers, and from what happens on the way, to Tasuki's errors."""

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
from tasuki.store.link.resp import RefusalError

_BY_WORD: dict[str, tuple[type[TasukiError], str]] = {
    # What scripts answer says by itself what is wrong.
    "LAYOUT": (LayoutError, ""),
    "LEASE_LOST": (LeaseLostError, ""),
    "STALE": (StoreError, ""),
    "OOM": (StoreFullError, "the store is out of memory: "),
    "READONLY": (StoreReadOnlyError, "the store takes no writes: "),
    "MISCONF": (StoreReadOnlyError, "the store takes no writes: "),
    "NOREPLICAS": (StoreReadOnlyError, "the store takes no writes: "),
    "LOADING": (StoreUnavailableError, "the store is loading its data: "),
    "BUSY": (StoreUnavailableError, "the store is busy: "),
    "UNKILLABLE": (StoreUnavailableError, "the store is busy: "),
    "MASTERDOWN": (StoreUnavailableError, "the store has lost its primary: "),
    "CLUSTERDOWN": (StoreUnavailableError, "the store's cluster is down: "),
    "TRYAGAIN": (StoreUnavailableError, "the store's cluster is changing: "),
    "UNBLOCKED": (StoreUnavailableError, "the store gave up waiting: "),
    "NOAUTH": (StoreRefusedError, "the store refused the password: "),
    "WRONGPASS": (StoreRefusedError, "the store refused the password: "),
    "NOPERM": (StoreRefusedError, "the store's user lacks a permission: "),
}
"""By its first word: which error a refusal is, and how its text begins."""


def translate(error: Exception) -> TasukiError:
    """The Tasuki error for a refusal of the store, or for what befell its connection.

    A script's own refusal begins with the code of the class to raise, as `LEASE_LOST ...`.
    """
    text = str(error)
    if not isinstance(error, RefusalError):
        if isinstance(error, OSError):
            return StoreUnavailableError(f"the store cannot be reached: {text}")
        return StoreError(text)
    word, _, rest = text.partition(" ")
    if word in _BY_WORD:
        kind, beginning = _BY_WORD[word]
        return kind(beginning + rest)
    if "max number of clients" in text:
        return StoreUnavailableError(f"the store has no connection free: {text}")
    return StoreError(f"the store answered: {text}")
