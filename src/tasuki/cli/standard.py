"""The three standard streams, which are there even if whoever started the program closed them."""

import os
import sys

_STREAMS = ("stdin", "stdout", "stderr")


def open_standard_streams() -> None:
    """Put an empty file in the place of each standard stream that is closed.

    Its number would be given to the next socket or pipe, which would then be read and written by
    whoever means the standard stream.
    """
    for fd, name in enumerate(_STREAMS):
        try:
            os.fstat(fd)
        except OSError:
            # The lowest free number is given out, so it is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(fd, "w" if fd else "r", closefd=False))
