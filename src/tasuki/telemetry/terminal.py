"""Text on terminals: nothing that comes from a job may control one."""

import os
from typing import TextIO


def printable(text: str) -> str:
    r"""The text with control characters written out, as in `\x1b[31m`.

    >>> printable("a\x1b[31m\u202eb")
    'a\\x1b[31m\\u202eb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def colours(stream: TextIO) -> bool:
    """Whether to write in colours: on terminals, unless `NO_COLOR` is set (see no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
