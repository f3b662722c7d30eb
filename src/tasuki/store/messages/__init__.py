"""What is said to each script and what it answers: a file for each subject.

A request is a struct with the fields that its script's header describes, and says by its base what
the answer is: `class EnqueueRequest(Request[Enqueued])` is the request of the script `enqueue`.
`tasuki.store.link.call` sends it.
"""

from tasuki.store.messages.exchange import (
    Claimed,
    Exchanged,
    ExchangeRequest,
    FinishedGroup,
    Group,
    Notes,
    ReleasedGroup,
    Report,
    ScheduledGroup,
)

__all__ = [
    "Claimed",
    "ExchangeRequest",
    "Exchanged",
    "FinishedGroup",
    "Group",
    "Notes",
    "ReleasedGroup",
    "Report",
    "ScheduledGroup",
]
