"""The log of the running program, on standard error."""

import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

import msgspec

from tasuki.telemetry.terminal import colours, printable

LogFormat = Literal["text", "json"]


_DIM, _YELLOW, _RED, _RESET = "\x1b[2m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
_COLOURS = {logging.WARNING: _YELLOW, logging.ERROR: _RED, logging.CRITICAL: _RED}


def configure(level: str, style: LogFormat, stream: TextIO = sys.stderr) -> None:
    """Send the log of Tasuki, and warnings of everything else, to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if style == "json" else TextLines(colours(stream)))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("tasuki").setLevel(level.upper())


class TextLines(logging.Formatter):
    """For people: local time, level when it is not `info`, message.

    12:30:05  store: valkey 9.1.2 ready after 0.1 s (pid 812, fsync always)
    12:30:07  warning  the store cannot be reached
    """

    def __init__(self, coloured: bool) -> None:
        super().__init__()
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}  "
        text = f"{level}{_message(record)}"
        lines = [printable(line) for line in text.splitlines()] or [""]
        shown = "\n          ".join(lines)
        if not self._coloured:
            return f"{time}  {shown}"
        colour = _COLOURS.get(record.levelno)
        coloured = f"{colour}{shown}{_RESET}" if colour else shown
        return f"{_DIM}{time}{_RESET}  {coloured}"


class JsonLines(logging.Formatter):
    """For programs: one object a line, with `time` (RFC 3339), `level`, `logger`, `message`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return text
