"""The one payload everybody carries: a numbered job of exactly 100 bytes of JSON."""

import json

SIZE = 100
"""Bytes of compact JSON in every payload."""

_FRAME = len(json.dumps({"n": 0, "x": ""}, separators=(",", ":"))) - 1


def payload(n: int) -> dict[str, int | str]:
    """Data of job number `n`; the number lets a handler mark that very job as run.

    >>> len(json.dumps(payload(123), separators=(",", ":")))
    100
    """
    return {"n": n, "x": "x" * (SIZE - _FRAME - len(str(n)))}
