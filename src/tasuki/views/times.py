"""Times as people and programs read them."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""A time in RFC 3339, in UTC with milliseconds: `2026-01-31T08:00:00.000Z`."""


def rfc3339(moment: datetime) -> Time:
    """The text of an aware time.

    >>> rfc3339(datetime(2026, 1, 31, 8, tzinfo=UTC))
    '2026-01-31T08:00:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def rfc3339_or_none(moment: datetime | None) -> Time | None:
    """As `rfc3339`; None stays None."""
    return None if moment is None else rfc3339(moment)
