"""Text for terminals: nothing that comes from a job may control one."""

import os
import re
import unicodedata
from typing import TextIO

import click

_JSON_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
_WIDE = frozenset("WF")


def printable(text: str) -> str:
    r"""The text with control characters written out, as in `\x1b[31m`.

    >>> printable("a\x1b[31m\u202eb")
    'a\\x1b[31m\\u202eb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def printable_json(text: str) -> str:
    """The same JSON, without the control characters that JSON allows in strings."""
    return _JSON_CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def width(text: str) -> int:
    """How many columns the text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def shortened(text: str, columns: int) -> str:
    """The text, cut with an ellipsis if it takes more columns."""
    if width(text) <= columns:
        return text
    kept, left = "", columns - 1
    for char in text:
        left -= _columns(char)
        if left < 0:
            break
        kept += char
    return f"{kept}…"


def styled(text: str, colour: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
    """The text with codes for colours, which `click.echo` takes out where they do not belong."""
    if not (colour or bold or dim):
        return text
    return click.style(text, fg=colour, bold=bold or None, dim=dim or None)


def colours(stream: TextIO) -> bool:
    """Whether to write in colours: on terminals, unless `NO_COLOR` is set (see no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
