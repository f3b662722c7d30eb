"""The log of the running program, on standard error."""

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from tasuki.model.settings.log import LogFormat
from tasuki.telemetry.patient import PatientStream
from tasuki.telemetry.terminal import colours, printable

_NOISY = ("asyncio", "httptools", "uvicorn", "valkey")
"""Loggers below Tasuki whose lines are its own business, up to warnings."""

_DIM, _YELLOW, _RED, _RESET = "\x1b[2m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
_COLOURS = {logging.WARNING: _YELLOW, logging.ERROR: _RED, logging.CRITICAL: _RED}


def configure(level: str, style: LogFormat, stream: TextIO | None = None) -> None:
    """Send the log of Tasuki and of the user's app, and Python's warnings, to `stream`.

    Without one, that is standard error.

    It never waits for whoever reads the stream; see `PatientHandler`.
    """
    out: TextIO = stream or sys.stderr
    handler = PatientHandler(out)
    handler.setFormatter(JsonLines() if style == "json" else TextLines(colours(out)))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("tasuki").setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.root.level, logging.WARNING))
    logging.captureWarnings(capture=True)


class PatientHandler(logging.Handler):
    """Writes lines to a stream whose reader may stop reading. See `PatientStream`."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._lines = PatientStream(stream, self._dropped)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - what cannot be told must not end who tells it
            line = f"a line of {record.name} cannot be shown: {type(error).__name__}"
        self._lines.write(line)

    def flush(self) -> None:
        self._lines.flush()

    def close(self) -> None:
        self._lines.close()
        super().close()

    def _dropped(self, count: int) -> str:
        text = f"{count} lines of the log were dropped: nobody read it for long"
        return self.format(logging.LogRecord(__name__, logging.WARNING, "", 0, text, None, None))


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
            "message": _encodable(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = _encodable(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


def _encodable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return text
