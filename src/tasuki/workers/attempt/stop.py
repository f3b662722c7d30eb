"""Why an attempt is made to stop."""

from enum import Enum


class Stop(Enum):
    """Who or what wants an attempt to stop."""

    CANCEL = "cancel"
    TIMEOUT = "timeout"
    RELEASE = "release"
    LOST = "lost"
