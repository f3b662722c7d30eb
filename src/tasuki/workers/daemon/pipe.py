"""The supervisor's end of the pipe on which a runner sends its messages."""

import asyncio
import logging
import os
from collections.abc import Callable

import msgspec

from tasuki.workers.process.protocol import Message

log = logging.getLogger("tasuki.daemon")

LONGEST_LINE = 4 * 1024 * 1024
PIECE = 65_536


class MessagePipe:
    """Hands each message to `on_message`, in the event loop.

    That the pipe ends does not say that the runner has ended, nor the other way round: processes
    that the runner has forked may still hold it. So who knows that the runner has ended calls
    `close()`, which reads what is there and does not wait for more.
    """

    def __init__(self, on_message: Callable[[Message], None]) -> None:
        self._on_message = on_message
        self._decoder = msgspec.json.Decoder(Message)
        self._rest = b""
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)

    def open(self) -> None:
        """Begin to read. The runner has the other end now."""
        os.close(self.writing)
        asyncio.get_running_loop().add_reader(self._reading, self._read)

    def abandon(self) -> None:
        """Close both ends: there is no runner."""
        os.close(self.writing)
        os.close(self._reading)

    def close(self) -> None:
        """Read what is left, and close."""
        while self._read():
            pass
        asyncio.get_running_loop().remove_reader(self._reading)
        os.close(self._reading)

    def _read(self) -> bool:
        """Read one piece; whether there may be another."""
        try:
            piece = os.read(self._reading, PIECE)
        except BlockingIOError:
            return False
        if not piece:
            asyncio.get_running_loop().remove_reader(self._reading)
            return False
        *lines, self._rest = (self._rest + piece).split(b"\n")
        self._rest = self._rest[:LONGEST_LINE]
        for line in lines:
            self._hear(line)
        return True

    def _hear(self, line: bytes) -> None:
        try:
            message = self._decoder.decode(line)
        except msgspec.MsgspecError:
            # Code of the user's that writes to every open file must not end the supervisor.
            log.debug("not a message of a runner: %r", line[:100])
        else:
            self._on_message(message)
