"""How long a failed attempt waits before the next one."""

import random
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import force_setattr

from tasuki.model.errors import InvalidError
from tasuki.model.plain import plain_number

LONGEST_SECONDS = 7_900 * 365.25 * 86_400
"""The longest time span that any option may name, in seconds: 7,900 years.

Counted from now, it ends before the year 9999, the last one that a time can be in.
"""

LONGEST_LIST = 100


def check_seconds(field: str, value: object) -> float:
    """Give `value` as a plain number, if it is a number of seconds from 0 to 7,900 years.

    Raises:
        InvalidError: naming `field`.
    """
    seconds = plain_number(value)
    if seconds is None:
        raise InvalidError("must be a number of seconds", field=field)
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise InvalidError(f"must be between 0 and {LONGEST_SECONDS:.0f} seconds", field=field)
    return seconds


class FixedBackoff(msgspec.Struct, frozen=True, tag="fixed", forbid_unknown_fields=True):
    """Always the same delay, in seconds."""

    delay: float

    def __post_init__(self) -> None:
        force_setattr(self, "delay", check_seconds("backoff.delay", self.delay))


class ExponentialBackoff(
    msgspec.Struct, frozen=True, tag="exponential", forbid_unknown_fields=True
):
    """Doubles from `base` up to `cap` seconds.

    With jitter the delay is drawn evenly between 0 and that value ("full jitter"), which spreads
    out the retries of jobs that failed together. Source: M. Brooker, "Exponential Backoff And
    Jitter", AWS Architecture Blog, 2015.
    """

    base: float = 2.0
    cap: float = 300.0
    jitter: bool = True

    def __post_init__(self) -> None:
        force_setattr(self, "base", check_seconds("backoff.base", self.base))
        force_setattr(self, "cap", check_seconds("backoff.cap", self.cap))
        if not isinstance(self.jitter, bool):
            raise InvalidError("must be true or false", field="backoff.jitter")


BackoffRule = FixedBackoff | ExponentialBackoff | tuple[float, ...]
"""Any backoff. A tuple lists the delay after each attempt; its last delay repeats."""


class Backoff:
    """Makes the three kinds of backoff.

    >>> delay_after(Backoff.fixed(5), 1), delay_after(Backoff.list(1, 10, 60), 9)
    (5.0, 60.0)
    """

    @staticmethod
    def fixed(delay: float) -> FixedBackoff:
        """Always `delay` seconds."""
        return FixedBackoff(delay=delay)

    @staticmethod
    def exponential(
        base: float = 2.0, cap: float = 300.0, *, jitter: bool = True
    ) -> ExponentialBackoff:
        """`base`, 2 x `base`, 4 x `base` ... seconds, at most `cap`; see `ExponentialBackoff`."""
        return ExponentialBackoff(base=base, cap=cap, jitter=jitter)

    @staticmethod
    def list(*delays: float) -> tuple[float, ...]:
        """These seconds one after the other; the last one repeats."""
        return tuple(_check_list(delays))


DEFAULT_BACKOFF = ExponentialBackoff()


def check_backoff(backoff: object) -> BackoffRule:
    """Give a backoff with plain numbers, and refuse anything that is none.

    Raises:
        InvalidError: naming the field `backoff`.
    """
    if isinstance(backoff, (FixedBackoff, ExponentialBackoff)):
        return backoff
    if not isinstance(backoff, (tuple, list)):
        raise InvalidError(
            "must be Backoff.fixed(...), Backoff.exponential(...) or a list of seconds",
            field="backoff",
        )
    return tuple(_check_list(backoff))


def _check_list(delays: Sequence[object]) -> list[float]:
    if not 1 <= len(delays) <= LONGEST_LIST:
        raise InvalidError(f"must list 1 to {LONGEST_LIST} delays", field="backoff")
    return [check_seconds(f"backoff[{n}]", delay) for n, delay in enumerate(delays)]


def delay_after(
    backoff: BackoffRule, attempts: int, jitter: Callable[[], float] = random.random
) -> float:
    """Seconds to wait after `attempts` (1 or more) attempts have failed.

    `jitter` gives a number from 0 up to 1; it is a parameter so that tests can fix it.
    """
    match backoff:
        case FixedBackoff():
            return float(backoff.delay)
        case ExponentialBackoff():
            # 2**64 times any base is past every cap, and larger powers overflow a float.
            full = min(backoff.cap, backoff.base * 2.0 ** min(max(attempts, 1) - 1, 64))
            return full * jitter() if backoff.jitter else float(full)
        case _:
            return float(backoff[min(max(attempts, 1), len(backoff)) - 1])
