import asyncio

import pytest

from tasuki.store.deadlines import Deadlines


@pytest.fixture
def deadlines() -> Deadlines:
    return Deadlines()


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_block_that_takes_too_long_times_out(deadlines: Deadlines):
    with pytest.raises(TimeoutError), deadlines.within(0.01):
        await forever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_block_that_ends_in_time_is_left_alone(deadlines: Deadlines):
    with deadlines.within(0.02):
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await forever()


async def test_each_block_has_its_own_limit(deadlines: Deadlines):
    loop = asyncio.get_running_loop()
    ended: list[float] = []

    async def block(seconds: float) -> None:
        started = loop.time()
        with pytest.raises(TimeoutError), deadlines.within(seconds):
            await forever()
        ended.append(seconds)
        assert seconds <= loop.time() - started + 0.001

    await asyncio.gather(*(block(seconds) for seconds in (0.09, 0.01, 0.05, 0.03)))
    assert ended == [0.01, 0.03, 0.05, 0.09]


async def test_a_block_in_a_block(deadlines: Deadlines):
    with pytest.raises(TimeoutError), deadlines.within(0.02), deadlines.within(5):
        await forever()


async def test_an_error_of_the_block_comes_through(deadlines: Deadlines):
    with pytest.raises(ValueError, match="mine"), deadlines.within(0.01):
        raise ValueError("mine")


async def test_a_task_that_is_cancelled_stays_cancelled(deadlines: Deadlines):
    entered = asyncio.Event()

    async def block() -> None:
        with deadlines.within(5):
            entered.set()
            await forever()

    task = asyncio.create_task(block())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelled_from_outside_at_the_same_moment_it_is_no_timeout(deadlines: Deadlines):
    loop = asyncio.get_running_loop()

    async def block() -> None:
        with deadlines.within(0.01):
            await forever()

    task = asyncio.create_task(block())
    # Both are due in the same round of the loop, and the limit first.
    await asyncio.sleep(0)
    loop.call_at(loop.time() + 0.0101, task.cancel)
    before = loop.time()
    while loop.time() < before + 0.02:
        pass
    with pytest.raises(asyncio.CancelledError):
        await task
