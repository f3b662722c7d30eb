"""Everything at once: producers, runners that are killed and frozen, a store that is killed."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Callable

import pytest

from tasuki.model.errors import StoreError
from tasuki.model.state import State
from tests.acceptance.history import Observer, check_history
from tests.acceptance.world import Journal, RunnerProcess, StoreProcess, pause
from tests.support import eventually
from tests.workers.desk import Desk

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(120)]

SECONDS = 20.0
RUNNERS = 3


async def produce(desk: Desk, until: float, acknowledged: set[int]) -> None:
    """Submit until the time is over. Only what was answered counts as acknowledged."""
    while time.monotonic() < until:
        with contextlib.suppress(StoreError):
            acknowledged.update(await desk.submit_many(random.randint(1, 30), "short"))
        await asyncio.sleep(random.uniform(0, 0.1))


async def test_nothing_is_lost_and_nothing_is_settled_twice(
    own_store: StoreProcess,
    own_desk: Desk,
    start_runner: Callable[..., RunnerProcess],
    journal: Journal,
) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    observer = Observer(own_desk.store)
    watching = asyncio.create_task(observer.run())
    runners = [start_runner() for _ in range(RUNNERS)]
    until = time.monotonic() + SECONDS
    producers = [
        asyncio.create_task(produce(Desk(own_desk.store), until, acknowledged)) for _ in range(2)
    ]
    faults = 0
    while time.monotonic() < until:
        await pause(chance.uniform(0.5, 1.5))
        victim = chance.randrange(RUNNERS)
        match chance.choice(["kill", "kill", "freeze", "stop", "store", "freeze store"]):
            case "kill":
                runners[victim].send(signal.SIGKILL)
                await runners[victim].ends()
                runners[victim] = start_runner()
            case "freeze":
                runners[victim].send(signal.SIGSTOP)
                await pause(chance.uniform(0.5, 4))
                runners[victim].send(signal.SIGCONT)
            case "stop":
                runners[victim].send(signal.SIGTERM)
                await runners[victim].ends()
                runners[victim] = start_runner()
            case "store":
                await own_store.kill()
                await pause(chance.uniform(0, 1))
                await own_store.start()
            case _:
                own_store.freeze()
                await pause(chance.uniform(0.5, 3))
                own_store.thaw()
        faults += 1
    await asyncio.gather(*producers)

    async def drained() -> bool:
        [short] = await own_desk.reader.types(["short"])
        return short.waiting == short.scheduled == short.active == 0

    await eventually(drained, 40)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert len(acknowledged) > 500, seed
    assert faults > 5, seed
    await check_history(own_desk.store, acknowledged, observer)
    assert acknowledged <= journal.ends.keys()
    [short] = await own_desk.reader.types(["short"])
    # A job may have been made although its submission got no answer; none may come from nowhere.
    assert short.completed == len(observer.ended)
    assert {job.state for job in await own_desk.reader.jobs(list(observer.ended))} == {
        State.COMPLETED
    }
