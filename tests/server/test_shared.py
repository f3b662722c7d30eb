"""One reading for all who ask at about the same time."""

import asyncio
import time
from itertools import pairwise

import pytest

from tasuki.server.api.shared import Shared

GAP = 0.1


class Counted:
    """Reads that are counted; `took` is how many seconds one takes."""

    def __init__(self, took: float = 0) -> None:
        self.began: list[float] = []
        self._took = took

    async def read(self) -> float:
        self.began.append(time.monotonic())
        await asyncio.sleep(self._took)
        return self.began[-1]


async def test_many_who_ask_at_once_cost_as_much_as_one() -> None:
    counted = Counted(took=0.01)
    shared = Shared(counted.read, GAP)
    answers = await asyncio.gather(*(shared.get() for _ in range(50)))
    assert len(counted.began) <= 2
    assert set(answers) <= set(counted.began)


async def test_who_asks_once_does_not_wait() -> None:
    counted = Counted()
    shared = Shared(counted.read, gap=1_000)
    async with asyncio.timeout(5):
        await shared.get()


async def test_reads_are_apart_and_nobody_gets_what_is_older_than_the_question() -> None:
    counted = Counted()
    shared = Shared(counted.read, GAP)

    async def viewer() -> None:
        for _ in range(3):
            asked = time.monotonic()
            assert await shared.get() >= asked

    await asyncio.gather(*(viewer() for _ in range(20)))
    gaps = [later - earlier for earlier, later in pairwise(counted.began)]
    assert min(gaps) >= GAP * 0.9
    assert len(counted.began) <= 5


async def test_what_takes_long_is_read_less_often() -> None:
    counted = Counted(took=0.02)
    shared = Shared(counted.read, gap=0)
    for _ in range(2):
        await shared.get()
    first, second = counted.began
    assert second - first >= 0.2


async def test_an_error_is_not_kept_and_holds_up_nobody() -> None:
    tries: list[int] = []

    async def read() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("once")
        return "fine"

    shared = Shared(read, GAP)
    with pytest.raises(ValueError, match="once"):
        await shared.get()
    assert await shared.get() == "fine"


async def test_who_leaves_takes_nothing_along() -> None:
    counted = Counted(took=GAP)
    shared = Shared(counted.read, 0)
    leaving = asyncio.create_task(shared.get())
    waiting = asyncio.create_task(shared.get())
    while not counted.began:
        await asyncio.sleep(0)
    leaving.cancel()
    async with asyncio.timeout(5):
        assert await waiting == counted.began[1]
