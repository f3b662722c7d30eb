"""Going through a large key in steps that hold nobody up."""

from collections.abc import AsyncIterator

from tasuki.store.link.link import Link

STEP = 500
"""About how many entries one step gives."""


async def scan(
    link: Link, command: str, name: str, match: str | None = None
) -> AsyncIterator[list[str]]:
    """The entries of a hash (two by two), a set, or a sorted set (two by two), some at a time.

    One may come twice. An entry with text that is not UTF-8 was not written by Tasuki, and is left
    out.

    Raises:
        StoreError: the store cannot be reached.
    """
    width = 1 if command == "SSCAN" else 2
    matching = () if match is None else ("MATCH", match)
    cursor = b"0"
    while True:
        cursor, flat = await link.command(
            command, link.keyspace.key(name), cursor, *matching, "COUNT", STEP
        )
        yield _readable(flat, width)
        if cursor == b"0":
            return


def _readable(flat: list[bytes], width: int) -> list[str]:
    try:
        return [each.decode() for each in flat]
    except UnicodeDecodeError:
        return [text for at in range(0, len(flat), width) for text in _entry(flat[at : at + width])]


def _entry(entry: list[bytes]) -> list[str]:
    try:
        return [each.decode() for each in entry]
    except UnicodeDecodeError:
        return []
