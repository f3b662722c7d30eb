"""Everything at once: producers, machines that vanish and are stopped, runners that are killed and
frozen, jobs that kill their process or block it, and a store that is killed and frozen.

`CHAOS_SEED` repeats the faults of an earlier run, as far as processes can be made to. With `--long`
there are several runs, each with a seed of its own.
"""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tasuki.model.errors import StoreError
from tasuki.model.state import State
from tasuki.store.looks.reader import TypeInfo
from tests.acceptance.history import Observer, check_history
from tests.acceptance.hosts import Machine, freeze, kill, thaw
from tests.acceptance.liveness import Liveness
from tests.acceptance.world import Journal, StoreProcess, pause
from tests.workers.desk import Desk

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(240)]

SECONDS = 25.0
DRAIN_SECONDS = 100.0
MACHINES = 2
LONG_RUNS = 5

Healthy = tuple[str, object]
HEALTHY: tuple[Healthy, ...] = (
    ("short", None),
    ("plain", {"seconds": 0.05}),
    ("long", {"seconds": 1.5}),
    ("busy", {"seconds": 0.3}),
)


class Producer:
    """Submits healthy jobs and killers until the time is over. Only what was answered counts."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self._desk = desk
        self._chance = chance
        self.healthy: set[int] = set()
        self.killers: set[int] = set()

    async def run(self, until: float) -> None:
        while time.monotonic() < until:
            with contextlib.suppress(StoreError):
                await self._submit()
            await asyncio.sleep(self._chance.uniform(0, 0.2))

    async def _submit(self) -> None:
        if self._chance.random() < 0.05:
            self.killers.update(await self._desk.submit_many(1, "deadly", {"kill": True}))
        type, data = self._chance.choice(HEALTHY)
        most = 20 if type in ("short", "plain") else 2
        number = self._chance.randint(1, most)
        self.healthy.update(await self._desk.submit_many(number, type, data))


class World:
    """The machines, and what can happen to them."""

    def __init__(self, start: Callable[[], Machine], store: StoreProcess, live: Liveness) -> None:
        self._start = start
        self._store = store
        self._live = live
        self.machines = [start() for _ in range(MACHINES)]

    async def fault(self, chance: random.Random) -> None:
        """One thing that goes wrong."""
        victim = chance.randrange(MACHINES)
        runners = self.machines[victim].runners()
        match chance.choice(
            ["kill", "kill", "freeze", "vanish", "deploy", "store", "freeze the store"]
        ):
            case "kill" if runners:
                kill(chance.choice(runners))
            case "freeze" if runners:
                pid = chance.choice(runners)
                freeze(pid)
                await pause(chance.uniform(0.5, 4))
                thaw(pid)
            case "vanish":
                self.machines[victim].vanish()
                self.machines[victim] = self._start()
            case "deploy":
                await self.machines[victim].stop()
                self.machines[victim] = self._start()
            case "store":
                await self._store.kill()
                await pause(chance.uniform(0, 1))
                await self._store.start()
                self._live.excuse()
            case "freeze the store":
                self._store.freeze()
                await pause(chance.uniform(0.5, 3))
                self._store.thaw()
                self._live.excuse()
            case _:
                return


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("run", range(LONG_RUNS if metafunc.config.getoption("--long") else 1))


@pytest.fixture
def seed(run: int) -> int:
    return int(os.environ.get("CHAOS_SEED", random.randrange(10**6))) + run


async def test_nothing_is_lost_nothing_is_settled_twice_and_work_goes_on(
    own_store: StoreProcess, own_desk: Desk, directory: Path, journal: Journal, seed: int
) -> None:
    chance = random.Random(seed)
    log = directory / "log"
    started: list[Machine] = []

    def start() -> Machine:
        started.append(Machine(own_store.url, journal.path, log))
        return started[-1]

    observer, live = Observer(own_desk.store), Liveness(own_desk.reader)
    watching = [asyncio.create_task(watch.run()) for watch in (observer, live)]
    producer = Producer(Desk(own_desk.store), random.Random(seed + 1))
    try:
        world = World(start, own_store, live)
        until = time.monotonic() + SECONDS
        producing = asyncio.create_task(producer.run(until))
        faults = 0
        while time.monotonic() < until:
            await pause(chance.uniform(0.5, 2))
            await world.fault(chance)
            faults += 1
        await producing

        async def left_to_do() -> list[TypeInfo]:
            types = await own_desk.reader.types()
            return [t for t in types if t.waiting or t.scheduled or t.active]

        left = await left_to_do()
        end = time.monotonic() + DRAIN_SECONDS
        while left and time.monotonic() < end:
            await asyncio.sleep(0.1)
            left = await left_to_do()
    finally:
        for watch in watching:
            watch.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        for machine in started:
            machine.vanish()
    story = f"seed {seed}, {faults} faults, longest {live.longest}\n{log.read_text()[-4_000:]}"
    assert not left, f"{left}: {story}"
    assert faults > 5, story
    assert len(producer.healthy) > 200, story
    assert not live.standstills, f"{live.standstills}: {story}"
    await check_history(own_desk.store, producer.healthy, observer)
    assert producer.healthy <= journal.ends.keys(), story
    killers = await own_desk.reader.jobs(sorted(producer.killers))
    assert {(job.state, job.reason) for job in killers} <= {(State.FAILED, "crashed")}, story
    assert len(killers) == len(producer.killers), story
