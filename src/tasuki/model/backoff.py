"""How long a failed attempt waits before the next one."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from tasuki.model.errors import InvalidError
from tasuki.model.kinds.units import span_text
from tasuki.model.rules import Rule, Seconds, check_seconds

LONGEST_LIST = 100


class FixedBackoff(msgspec.Struct, frozen=True, tag="fixed", forbid_unknown_fields=True):
    """Always the same delay, in seconds."""

    delay: Annotated[float, Seconds(), "the delay after every attempt"]

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

    base: Annotated[float, Seconds(), "the delay after the first attempt"] = 2.0
    cap: Annotated[float, Seconds(), "the longest delay"] = 300.0
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


def check_backoff(backoff: object, field: str = "backoff") -> BackoffRule:
    """Give a backoff with plain numbers, and refuse anything that is none.

    Raises:
        InvalidError: naming `field`.
    """
    if isinstance(backoff, (FixedBackoff, ExponentialBackoff)):
        return backoff
    if not isinstance(backoff, (tuple, list)):
        raise InvalidError(
            "must be Backoff.fixed(...), Backoff.exponential(...) or a list of seconds",
            field=field,
        )
    return tuple(_check_list(backoff, field))


@dataclass(frozen=True)
class Delays(Rule):
    """The rule for an option that is a backoff."""

    def check(self, field: str, value: object) -> BackoffRule:
        """The value as a plain one; see `Rule.check`."""
        return check_backoff(value, field)

    @property
    def described(self) -> Any:
        """The type with its limits; see `Rule.described`."""
        delays = tuple[Seconds().described, ...]
        row = Annotated[delays, Meta(min_length=1, max_length=LONGEST_LIST)]
        return FixedBackoff | ExponentialBackoff | row


def backoff_text(backoff: BackoffRule) -> str:
    """A backoff in words.

    >>> backoff_text(Backoff.fixed(5)), backoff_text(Backoff.list(1, 10, 60))
    ('fixed 5s', '1s, 10s, 1m')
    >>> backoff_text(Backoff.exponential()), backoff_text(Backoff.exponential(0.5, 9, jitter=False))
    ('doubling from 2s up to 5m', 'doubling from 500ms up to 9s, without jitter')
    """
    match backoff:
        case FixedBackoff():
            return f"fixed {span_text(backoff.delay)}"
        case ExponentialBackoff():
            text = f"doubling from {span_text(backoff.base)} up to {span_text(backoff.cap)}"
            return text if backoff.jitter else f"{text}, without jitter"
        case _:
            return ", ".join(map(span_text, backoff))


def _check_list(delays: Sequence[object], field: str = "backoff") -> list[float]:
    if not 1 <= len(delays) <= LONGEST_LIST:
        raise InvalidError(f"must list 1 to {LONGEST_LIST} delays", field=field)
    return [check_seconds(f"{field}[{n}]", delay) for n, delay in enumerate(delays)]


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
