"""What the daemon has been told to do, and waiting for it."""

import asyncio


class Orders:
    """`stop`: end gracefully. `hurry`: do not wait for running jobs any longer."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()


async def any_set(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def set_within(seconds: float, *events: asyncio.Event) -> bool:
    """Wait at most `seconds` for one of the events; whether one is set."""
    try:
        async with asyncio.timeout(seconds):
            await any_set(*events)
    except TimeoutError:
        return False
    return True
