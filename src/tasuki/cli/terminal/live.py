"""Draws frame after frame on a terminal until a person has seen enough."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live

from tasuki.cli.terminal.frame import frame
from tasuki.cli.terminal.streams import is_terminal
from tasuki.cli.terminal.watch import take_sample
from tasuki.client import Client
from tasuki.model.errors import StoreError
from tasuki.store.health import Health

_QUIT = b"qQ\x04"


async def watch(client: Client, health: Health, namespace: str, every: float) -> None:
    """Show a fresh frame every so many seconds until q is pressed or the task is cancelled.

    While the store is away the last frame stays, and says so.

    Raises:
        StoreError: the store could not be reached the first time.
    """
    console, enough = Console(), asyncio.Event()
    sample = await take_sample(client, health, None)
    trouble = ""
    with _keys(enough), Live(console=console, screen=True, auto_refresh=False) as live:
        while not enough.is_set():
            live.update(
                frame(sample, namespace, height=console.height, trouble=trouble), refresh=True
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await enough.wait()
            try:
                sample, trouble = await take_sample(client, health, sample), ""
            except StoreError as error:
                trouble = f"not fresh: {error}"


@contextmanager
def _keys(enough: asyncio.Event) -> Iterator[None]:
    """Set the event when q is pressed. Without a keyboard, nothing happens."""
    if not is_terminal(sys.stdin):
        yield
        return
    loop, keyboard = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)

    def pressed() -> None:
        keys = os.read(keyboard, 64)
        if not keys or any(key in _QUIT for key in keys):
            enough.set()

    tty.setcbreak(keyboard)
    loop.add_reader(keyboard, pressed)
    try:
        yield
    finally:
        loop.remove_reader(keyboard)
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
