"""Which jobs are meant, when they are not named one by one: every condition, once.

From here come the checks, the `filter` of `POST /api/v1/bulk` and its description, and the flags of
`tasuki retry`, `cancel`, `promote`, `rm` and `update`.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from tasuki.model.job import JobInfo
from tasuki.model.options import checks_of
from tasuki.model.rules import Line, Moment, OneOf
from tasuki.model.state import State
from tasuki.model.values.names import LONGEST_TAG_BYTES, LONGEST_TYPE_BYTES

LONGEST_PATTERN_BYTES = 1_000


class Filter(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The jobs for which everything holds that is said; what is None is not said.

    Making one checks every field. A job that has not ended has no time at which it did, so it does
    not match where one is asked for.

    >>> Filter(state="failed", type="email", error="SMTP*").says_nothing
    False

    Raises:
        InvalidError: naming the field that is wrong.
    """

    state: Annotated[str | None, OneOf(tuple(State)), "the state they are in"] = None
    type: Annotated[str | None, Line(LONGEST_TYPE_BYTES), "the kind of work, by its whole name"] = (
        None
    )
    tag: Annotated[str | None, Line(LONGEST_TAG_BYTES), "one of their tags, as a whole"] = None
    error: Annotated[
        str | None,
        Line(LONGEST_PATTERN_BYTES),
        "how their last attempt failed, as in `ValueError: no such address`; `*` stands for any"
        " text, and all else for itself",
    ] = None
    created_after: Annotated[
        datetime | None, Moment(), "the time since which they were submitted"
    ] = None
    created_before: Annotated[
        datetime | None, Moment(), "the time before which they were submitted"
    ] = None
    finished_after: Annotated[datetime | None, Moment(), "the time since which they ended"] = None
    finished_before: Annotated[datetime | None, Moment(), "the time before which they ended"] = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def says_nothing(self) -> bool:
        """Whether every job matches."""
        return self == EVERYTHING

    @property
    def of_finished(self) -> bool:
        """Whether it asks for a time that only jobs have that have ended."""
        return self.finished_after is not None or self.finished_before is not None

    def matches(self, job: JobInfo) -> bool:
        """Whether everything holds for a job."""
        return (
            self.state in (None, job.state)
            and self.type in (None, job.type)
            and (self.tag is None or self.tag in job.tags)
            and _within(self.created_after, job.created_at, self.created_before)
            and _within(self.finished_after, job.finished_at, self.finished_before)
            and (self.error is None or self._fits_error(self.error, job))
        )

    @staticmethod
    def _fits_error(pattern: str, job: JobInfo) -> bool:
        return job.error is not None and like(pattern, f"{job.error.type}: {job.error.message}")


_check = checks_of(Filter)
EVERYTHING = Filter()


def like(pattern: str, text: str) -> bool:
    """Whether a text is as the pattern, in which `*` stands for any text, and all else for itself.

    No pattern takes longer than its parts take to be found one after the other.

    >>> like("SMTP*: 4??*", "SMTPError: 4?? later"), like("SMTP", "SMTPError")
    (True, False)
    """
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    *parts, last = others
    if not text.startswith(first):
        return False
    at = len(first)
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(last) and text.endswith(last)


def _within(start: datetime | None, moment: datetime | None, end: datetime | None) -> bool:
    if moment is None:
        return start is None and end is None
    return (start is None or start <= moment) and (end is None or moment < end)
