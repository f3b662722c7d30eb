"""What is written about the running program."""

from typing import Annotated, Literal, get_args

import msgspec

from tasuki.model.kinds.kinds import Choice

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]


class LogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The log of a process."""

    level: Annotated[LogLevel, Choice(get_args(LogLevel)), "how much is logged"] = "info"
    format: Annotated[
        LogFormat, Choice(get_args(LogFormat)), "how a line of the log is written"
    ] = "text"
