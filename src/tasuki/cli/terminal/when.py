"""Times and spans as people say them."""

from datetime import datetime

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def rough(seconds: float) -> str:
    """A span in its largest unit, or in two where one would be too rough.

    >>> rough(0), rough(0.0004)
    ('0s', '<1ms')
    >>> rough(0.25), rough(42.4), rough(100), rough(5_400), rough(200_000)
    ('250ms', '42s', '1m 40s', '1h 30m', '2d 7h')
    """
    if 0 < seconds < 0.001:
        return "<1ms"
    if 0 < seconds < 1:
        return f"{seconds * 1_000:.0f}ms"
    whole = round(seconds)
    for position, (unit, size) in enumerate(_UNITS):
        if whole >= size:
            amount, left = divmod(whole, size)
            if position + 1 < len(_UNITS):
                small, small_size = _UNITS[position + 1]
                if left >= small_size and amount < 10:
                    return f"{amount}{unit} {left // small_size}{small}"
            return f"{amount}{unit}"
    return "0s"


def relative(moment: datetime, now: datetime) -> str:
    """`3m ago`, `in 2h`, `now`."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"{rough(seconds)} ago" if seconds > 0 else f"in {rough(-seconds)}"


def local(moment: datetime) -> str:
    """A moment in the time zone of this machine, to the millisecond."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
