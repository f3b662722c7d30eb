"""A healthy job beside others that kill the process, of which ever new ones come."""

import time
from pathlib import Path

import pytest

from tasuki.model.state import State
from tests.acceptance.world import StoreProcess, pause
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(240)]

SECONDS, LONG_SECONDS = 10.0, 60.0


@pytest.fixture
def host(own_desk: Desk, own_store: StoreProcess, tmp_path: Path) -> Host:
    return Host(own_desk.store, own_store.url, "tasuki", tmp_path)


async def test_fresh_killers_blame_no_neighbour_and_starve_nobody(
    own_desk: Desk, host: Host, tmp_path: Path, *, long: bool
) -> None:
    file = tmp_path / "end"
    async with host.running(host.options()):
        healthy = await own_desk.submit("act", {"do": "until", "file": str(file)})
        await own_desk.comes_to(healthy, State.ACTIVE, 10)
        killers, quick = list[int](), list[int]()
        until = time.monotonic() + (LONG_SECONDS if long else SECONDS)
        while time.monotonic() < until:
            killers.append(await own_desk.submit("act", {"do": "exit", "code": 1}))
            quick.append(await own_desk.submit("act", {"do": "rest", "seconds": 0.05}))
            await own_desk.comes_to(quick[-1], State.COMPLETED, 10)
            await pause(1)
        file.touch()
        job = await own_desk.comes_to(healthy, State.COMPLETED, 20)
        assert (job.crashes, job.attempts.made) == (0, 1)
        await own_desk.all_come_to(killers, State.FAILED, 60)
        jobs = await own_desk.reader.jobs(killers)
        assert {(job.reason, job.crashes) for job in jobs} == {("crashed", 3)}
