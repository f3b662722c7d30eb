"""Standard input, output and error, which may be closed, full, or of an odd encoding."""

import io
import os
import re
import sys
from contextlib import suppress
from typing import TextIO

from tasuki.model.errors import InvalidError, TasukiError

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def make_ready() -> None:
    """Before anything else: nothing that is opened later may take the place of a closed stream.

    What the encoding of the output lacks is written as an escape.
    """
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        os.set_inheritable(descriptor, True)
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def do_without() -> None:
    """Put an empty stream in the place of each one that is closed.

    For what runs on its own: nobody needs to listen to it.
    """
    # Python has None in the place of such a stream.
    if _missing(sys.stdout):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if _missing(sys.stderr):
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def output() -> TextIO:
    """Standard output.

    Raises:
        TasukiError: it is closed, so that the answer would be lost.
    """
    if _missing(sys.stdout):
        raise TasukiError("cannot write to standard output: it is closed")
    return sys.stdout


def lost(error: OSError) -> TasukiError:
    """The error for an answer that could not be written."""
    drop_output()
    return TasukiError(f"cannot write to standard output: {error.strerror}")


def drop_output() -> None:
    """Throw away what could not be written; Python would try again at its end, and complain."""
    for stream in (sys.stdout, sys.stderr):
        if not _missing(stream):
            try:
                stream.flush()
            except OSError:
                with suppress(OSError):  # a stream without a descriptor has nothing to lose
                    nowhere = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(nowhere, stream.fileno())
                    os.close(nowhere)


def read_input() -> bytes:
    """All of standard input.

    Raises:
        InvalidError: it is closed, or cannot be read.
    """
    if _missing(sys.stdin):
        raise InvalidError("cannot read standard input: it is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise InvalidError(f"cannot read standard input: {error.strerror}") from error


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees the stream. A closed one is seen by nobody."""
    return not _missing(stream) and stream.isatty()


def encodable(json: str) -> str:
    """The same JSON, with escapes for what the encoding of standard output lacks."""
    try:
        json.encode(output().encoding or "utf-8")
    except UnicodeEncodeError:
        return _NOT_ASCII.sub(_escaped, json)
    return json


def _escaped(match: re.Match[str]) -> str:
    pairs = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{pairs[n : n + 4]}" for n in range(0, len(pairs), 4))


def _missing(stream: TextIO | None) -> bool:
    return stream is None
