"""What people are told when the store fails: the cause, without addresses and names of keys."""

from tasuki.model.errors import (
    LayoutError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreRefusedError,
    StoreUnavailableError,
    StoreUnsafeError,
)

_CAUSES: tuple[tuple[type[StoreError], str], ...] = (
    (StoreUnavailableError, "the store cannot be reached, or is not ready yet"),
    (StoreFullError, "the store is out of memory and takes no new jobs"),
    (StoreReadOnlyError, "the store takes no writes at the moment"),
    (StoreRefusedError, "the store refuses the password or the user of this server"),
    (StoreUnsafeError, "the store is set up so that jobs could be lost"),
    (LayoutError, "the jobs in the store were written by another version of Tasuki"),
    (StoreError, "the store refused the call"),
)


def cause(error: StoreError) -> str:
    """The cause in a sentence that may be shown to anybody. The whole error belongs in a log.

    >>> cause(StoreUnavailableError("cannot connect to 10.0.0.7:6379"))
    'the store cannot be reached, or is not ready yet'
    """
    if isinstance(error, StoreUnavailableError) and "loading" in str(error):
        return "the store is loading its data"
    if isinstance(error, StoreReadOnlyError) and "No space left" in str(error):
        return "the disk of the store is full"
    return next(text for kind, text in _CAUSES if isinstance(error, kind))
