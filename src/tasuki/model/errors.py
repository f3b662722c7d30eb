"""Every error that Tasuki raises.

    TasukiError
    ├── InvalidError              the caller's input is wrong; names the field
    │   ├── PayloadError          data or result that is not plain JSON
    │   ├── KeyReusedError        an idempotency key came back with another body
    │   └── SettingsError         settings that do not fit together
    ├── JobNotFoundError          no such job
    ├── StateError                the job's state does not allow the verb
    ├── JobFailedError            a waited-for job ended as failed or cancelled
    ├── WaitTimeoutError          a waited-for job has not ended yet
    ├── LeaseLostError            a runner no longer holds what it settles
    ├── StoreError                the store did not do what was asked
    │   ├── StoreUnavailableError     down, loading, failing over
    │   ├── StoreFullError            out of memory
    │   ├── StoreReadOnlyError        a replica, or a disk that fails
    │   ├── StoreRefusedError         a wrong password, or a permission that lacks
    │   ├── StoreUnsafeError          set up so that jobs could be lost
    │   └── LayoutError               written by another version of Tasuki
    ├── EmbeddedError             the embedded store (see `tasuki.embedded`)
    └── AppError                  the user's application cannot be loaded

`code` is one stable word per class. It is the code in an HTTP problem document, the label of a
metric and, for those raised by a script, the first word of the store's error reply.
"""

from typing import ClassVar

from tasuki.model.portable import Portable


class TasukiError(Portable):
    """Base of every error that Tasuki raises on purpose. It can be pickled."""

    code: ClassVar[str] = "error"


class InvalidError(TasukiError, ValueError):
    """Input that is refused. `field` names the part that is wrong, as the caller wrote it."""

    code = "invalid"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}: {message}" if field else message)


class PayloadError(InvalidError):
    """Data or a result that cannot be carried as plain JSON without loss."""

    code = "payload"


class KeyReusedError(InvalidError):
    """An idempotency key was used before, for a different submission."""

    code = "key_reused"


class SettingsError(InvalidError):
    """Settings that are wrong; the message lists all problems at once."""

    code = "settings"


class JobNotFoundError(TasukiError, LookupError):
    """There is no job with this id (it may have been removed or pruned)."""

    code = "not_found"

    def __init__(self, id: int, hint: str = "") -> None:
        self.id = id
        super().__init__(f"there is no job {id}{hint and f': {hint}'}")


class StateError(TasukiError):
    """The job is in a state in which the verb is not possible."""

    code = "wrong_state"

    def __init__(self, id: int, state: str, verb: str) -> None:
        self.id, self.state, self.verb = id, state, verb
        super().__init__(f"job {id} is {state}: cannot {verb} it")


class JobFailedError(TasukiError):
    """A job that was waited for ended as failed or cancelled."""

    code = "job_failed"


class WaitTimeoutError(TasukiError, TimeoutError):
    """A job that was waited for has not ended in the time allowed. The job goes on."""

    code = "wait_timeout"


class LeaseLostError(TasukiError):
    """The runner's lease ran out and its jobs were taken back. Nothing was changed."""

    code = "lease_lost"


class StoreError(TasukiError):
    """The store refused or failed a call.

    `transient` tells whether it may pass without a change here: then it is waited for, and the same
    call may be sent again.
    """

    code = "store"
    transient: ClassVar[bool] = False


def may_pass(error: BaseException) -> bool:
    """Whether it is an error of the store that may pass without a change here.

    >>> may_pass(StoreFullError("the store is out of memory"))
    True
    """
    return isinstance(error, StoreError) and error.transient


class StoreUnavailableError(StoreError):
    """The store cannot be reached, is loading, or is failing over. Try again."""

    code = "store_unavailable"
    transient = True


class StoreFullError(StoreError):
    """The store is out of memory and takes no new jobs. Running jobs still settle."""

    code = "store_full"
    transient = True


class StoreReadOnlyError(StoreError):
    """The store takes no writes: it is a replica, lacks its replicas, or its disk fails."""

    code = "store_read_only"
    transient = True


class StoreRefusedError(StoreError):
    """The store does not let this client in: wrong password, or a permission that lacks.

    It may pass, because passwords are changed on one side first.
    """

    code = "store_refused"
    transient = True


class StoreUnsafeError(StoreError):
    """The store is set up in a way that would lose jobs. The message says what to change."""

    code = "store_unsafe"


class LayoutError(StoreError):
    """The namespace was written by a version of Tasuki with another layout."""

    code = "layout"


class AppError(TasukiError):
    """The application that was named cannot be loaded, or holds no workers."""

    code = "app"
