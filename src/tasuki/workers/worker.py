"""What a worker author writes."""

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar

from tasuki.model.backoff import BackoffRule
from tasuki.model.settings.worker import GRACE_SECONDS
from tasuki.model.values.names import DEFAULT_NAMESPACE
from tasuki.workers.job import Job

if TYPE_CHECKING:
    from tasuki.workers.subscription import Subscription

RunIn = Literal["loop", "thread", "process"]
F = TypeVar("F", bound=Callable[..., Any])


class Worker:
    """Handles the jobs of one or more types. Derive from it, and write `process`.

    >>> class Resize(Worker):
    ...     type = "resize"
    ...     concurrency = 8
    ...
    ...     async def process(self, job: Job) -> dict:
    ...         return {"bytes": await resize(job.data["path"])}

    `tasuki up app.py` finds it in a file and runs it. To run it inside a program of your own:

    >>> worker = Resize("unix:///srv/.tasuki/store.sock").subscribe("resize")
    >>> await worker.closed()  # until it cannot go on, or another task calls `worker.close()`
    """

    type: ClassVar[str] = ""
    """The type whose jobs it handles."""
    types: ClassVar[Sequence[str]] = ()
    """Several types, in place of `type`."""
    concurrency: ClassVar[int | None] = None
    """How many jobs of each type run at once in a runner (100 in the loop, 10 in threads)."""
    attempts: ClassVar[int | None] = None
    """How often a job is run at most (3)."""
    backoff: ClassVar[BackoffRule | None] = None
    """How long a failed attempt waits for the next one (2 s, doubling to 300 s, full jitter)."""
    timeout: ClassVar[float | None] = None
    """Seconds that an attempt may take (no limit)."""
    run_in: ClassVar[RunIn | None] = None
    """`loop` for an async `process`, `thread` for a plain one; found out by itself."""

    # For classes whose own `__init__` does not call this one.
    _url: str | None = None
    _namespace: str = DEFAULT_NAMESPACE
    _subscription: "Subscription | None" = None

    def __init__(self, url: str | None = None, *, namespace: str = DEFAULT_NAMESPACE) -> None:
        self._url = url
        self._namespace = namespace

    def setup(self) -> Any:
        """Called once in each runner before the first job: open a pool here.

        May be `async def` or plain. A plain one runs in the event loop's thread, before any job.
        """

    def teardown(self) -> Any:
        """Called once in each runner after the last job; `async def` or plain."""

    def process(self, job: Job[Any]) -> Any:
        """Do the work of one job. What it returns is the result, as JSON; raising is failure.

        Raise `Retry`, `Fail`, `Cancel` or `Snooze` to choose another outcome.
        """
        raise TypeError(f"{type(self).__name__} has no process method (called for {job!r})")

    def subscribe(self, *types: str) -> Self:
        """Start handling jobs of these types (or of the class's own) in the running event loop.

        Raises:
            AppError: the class is not a complete worker, or no store was named.
            RuntimeError: no event loop is running, or this worker is subscribed already.
        """
        # Imported here because a runner is built from workers, and not every worker needs one.
        from tasuki.workers.subscription import Subscription

        if self._subscription is not None:
            raise RuntimeError(f"{type(self).__name__} is subscribed already")
        self._subscription = Subscription(self, self._url, self._namespace, types)
        self._subscription.start()
        return self

    async def closed(self) -> None:
        """Wait until the worker has ended: by `close`, or because it cannot go on.

        It waits for its store by itself, and goes on after failures. What ends it for good (its
        `setup` raised, the store is not safe) is logged as an error at once, and raised here.

        >>> await worker.closed()  # the program does nothing but run jobs
        """
        if self._subscription is not None:
            await self._subscription.closed()

    async def close(self, grace: float = GRACE_SECONDS) -> None:
        """Stop claiming, wait up to `grace` seconds for the current jobs, and leave.

        What still runs then is cancelled and released: another runner takes it up, and the attempt
        does not count. Raises what made the worker stop earlier, if anything did.
        """
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            await subscription.close(grace)


FUNCTION_MARK = "__tasuki_worker__"


def worker(
    *types: str,
    concurrency: int | None = None,
    attempts: int | None = None,
    backoff: BackoffRule | None = None,
    timeout: float | None = None,
    run_in: RunIn | None = None,
) -> Callable[[F], F]:
    """Make a worker of a function. The options are those of `Worker`.

    >>> @worker("email", attempts=5)
    ... async def email(job): ...

    The function stays as it is, and can be called and tested as such.

    Raises:
        TypeError: when used without a type, as in `@worker`.
    """
    if not types or not all(isinstance(name, str) for name in types):
        raise TypeError('name the type of job: @worker("email")')
    options = {
        "types": types,
        "concurrency": concurrency,
        "attempts": attempts,
        "backoff": backoff,
        "timeout": timeout,
        "run_in": run_in,
    }

    def mark(function: F) -> F:
        if inspect.isclass(function) or not callable(function):
            raise TypeError(f"@worker is for functions, not for {function!r}; derive from Worker")
        try:
            setattr(function, FUNCTION_MARK, options)
        except AttributeError:
            raise TypeError(f"@worker cannot mark {function!r}; put it in a function") from None
        return function

    return mark


def worker_class(function: Callable[..., Any]) -> type[Worker]:
    """The worker class of a marked function: of the function as it is now, with all decorators."""
    name = getattr(function, "__name__", type(function).__name__)
    about = {"__module__": getattr(function, "__module__", None), "__doc__": function.__doc__}
    options = getattr(function, FUNCTION_MARK)
    return type(name, (Worker,), {**about, **options, "process": staticmethod(function)})
