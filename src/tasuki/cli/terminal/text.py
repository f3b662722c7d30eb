"""Text for terminals: how wide it is, how it is cut, and its colours."""

import re
import unicodedata

import click

_JSON_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
_WIDE = frozenset("WF")


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


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1
