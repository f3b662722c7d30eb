"""Text that comes from users' code, made fit to be sent."""

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    r"""The text as it can be written in UTF-8, with lone surrogates replaced by one character each.

    They stand for bytes that are not UTF-8, as in names of files. Whatever else there is stays as
    it is, NUL too, and what is derived from `str` becomes plain.

    >>> clean("caf\udce9.txt")
    'caf�.txt'
    """
    if text.__class__ is not str:
        text = str.__str__(text)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(_INSTEAD, text)
    return text
