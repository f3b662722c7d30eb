"""The store's protocol: commands to bytes, and bytes to replies."""

from typing import Any, Final

from libvalkey import Reader


class RefusalError(Exception):
    """What the store answers in place of a reply. Its text begins with an error word."""


class NonsenseError(Exception):
    """What came is nothing that a store says."""

    def __init__(self, reason: str = "an answer that nobody asked for") -> None:
        super().__init__(f"this is no store: {reason}")


UNFINISHED: Final[Any] = object()
"""What a reader gives while the next reply is not there as a whole."""


def pack(*words: str | bytes | int | float) -> bytes:
    r"""A command as it goes over the wire: how many words it has, and each one after its length.

    >>> pack("GET", "key")
    b'*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n'
    """
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        text = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(text), text))
    return b"".join(parts)


def reply_reader() -> Reader:
    """A reader to be fed with what comes; it gives replies, a RefusalError for a refusal.

    Raises:
        NonsenseError: from its `gets`, when what came is no reply.
    """
    return Reader(protocolError=NonsenseError, replyError=RefusalError, notEnoughData=UNFINISHED)
