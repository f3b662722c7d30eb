"""The few words of the store's protocol that starting and stopping a server needs.

This is not a client: one command on one connection, to a unix socket, with a deadline. It spares
this package the store client, which the embedded store must be able to do without.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias

Reply: TypeAlias = "str | int | list[Reply] | None"

ANSWER_TIMEOUT = 1.0
"""Seconds. A server that is busy with a script or a fork answers again well within this."""


class NoAnswerError(Exception):
    """Nobody answered: no socket, connection refused or cut, or silence."""


class RefusedError(Exception):
    """The server answered with an error; the text starts with its error word."""


async def ask(socket: Path, *words: str, timeout: float = ANSWER_TIMEOUT) -> Reply:
    """Send one command, such as `ask(path, "CONFIG", "GET", "save")`, and return the reply.

    Raises:
        NoAnswerError: nobody answered within `timeout` seconds.
        RefusedError: the server answered with an error.
    """
    try:
        async with asyncio.timeout(timeout), _connection(socket) as (reader, writer):
            writer.write(b"".join(_encoded(words)))
            await writer.drain()
            return await _reply(reader)
    except TimeoutError:
        raise NoAnswerError(f"no answer within {timeout:g} s") from None
    except (OSError, EOFError, ValueError) as error:
        raise NoAnswerError(str(error) or "connection closed") from error


async def until_closed(socket: Path) -> None:
    """Hold a connection until the server, or its death, closes it. At once when there is none."""
    with suppress(OSError):
        async with _connection(socket) as (reader, _):
            await reader.read()


@asynccontextmanager
async def _connection(
    socket: Path,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        yield reader, writer
    finally:
        # Nothing is left to send, and a polite close would wait for a frozen server.
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def _encoded(words: tuple[str, ...]) -> list[bytes]:
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word.encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return parts


async def _reply(reader: asyncio.StreamReader) -> Reply:
    line = (await reader.readuntil(b"\r\n"))[:-2].decode(errors="replace")
    kind, rest = line[:1], line[1:]
    match kind:
        case "+":
            return rest
        case "-":
            raise RefusedError(rest)
        case ":":
            return int(rest)
        case "$":
            if (size := int(rest)) < 0:
                return None
            return (await reader.readexactly(size + 2))[:-2].decode(errors="replace")
        case "*":
            return [await _reply(reader) for _ in range(int(rest))]
        case _:
            raise ValueError(f"not a store: it answered {line!r}")
