"""A store that goes away, and comes back."""

import asyncio
import contextlib
import logging
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tasuki.embedded import EmbeddedStore
from tasuki.embedded.binary import Binary
from tasuki.model.errors import StoreUnavailableError, StoreUnsafeError
from tasuki.model.state import State
from tasuki.store.store import Store
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.daemon import handback, renewal
from tests.support import eventually, plain_client
from tests.workers.daemon.host import Host, is_gone
from tests.workers.desk import Desk


@pytest.fixture
async def own_server(server_program: Binary | None) -> AsyncIterator[EmbeddedStore]:
    """A server that a test may kill. Nobody starts it again but the test itself."""
    with tempfile.TemporaryDirectory(prefix="tasuki-") as name:
        async with EmbeddedStore(Path(name) / "data", binary=server_program) as server:
            yield server


@pytest.fixture
async def store(own_server: EmbeddedStore) -> AsyncIterator[Store]:
    store = Store(own_server.url)
    yield store
    await store.close()


@pytest.fixture
def host(store: Store, own_server: EmbeddedStore, tmp_path: Path) -> Host:
    return Host(store, own_server.url, "tasuki", tmp_path)


async def test_jobs_are_handed_back_as_soon_as_the_store_is_there_again(
    host: Host,
    desk: Desk,
    own_server: EmbeddedStore,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
):
    mark = tmp_path / "mark"
    # The lease is so long that nobody but the supervisor can take the job back.
    async with host.running(host.options(lease=600)):
        id = await desk.submit("act", {"do": "hold", "mark": str(mark)})
        # Only a job that has begun is blamed for the end of its process.
        await eventually(mark.exists)
        [pid] = (await host.pids()).values()

        os.kill(own_server.pid, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: "the store does not work, trying again" in caplog.text)
        bringing_back = asyncio.create_task(own_server.run())
        try:

            async def back() -> bool:
                with contextlib.suppress(StoreUnavailableError):
                    return (await desk.reader.job(id)).crashes == 1
                return False

            await eventually(back, seconds=10)
            await desk.comes_to(id, State.ACTIVE, seconds=10)
            # The runner that came back consumes, and nobody had to restart the daemon.
            other = await desk.submit("act", {"do": "nothing"})
            await desk.comes_to(other, State.COMPLETED)
        finally:
            bringing_back.cancel()
            await asyncio.gather(bringing_back, return_exceptions=True)


async def test_a_runner_is_not_taken_for_blocked_while_the_store_is_away(
    host: Host,
    desk: Desk,
    own_server: EmbeddedStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(renewal, "OVERTIME_SECONDS", 0.5)
    async with host.running(host.options(lease=2)):
        id = await desk.submit("act", {"do": "until", "file": "/"}, timeout=0.5)
        await desk.comes_to(id, State.COMPLETED)
        [pid] = (await host.pids()).values()
        os.kill(own_server.pid, signal.SIGKILL)
        away = time.monotonic()
        # Half a lease of silence counts as being blocked.
        await eventually(lambda: time.monotonic() - away > 2)
        assert not is_gone(pid)
        assert "runner 1" not in caplog.text
    await own_server.stop()


async def test_a_daemon_can_be_stopped_while_the_store_is_away(
    host: Host,
    desk: Desk,
    own_server: EmbeddedStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(handback, "LAST_PATIENCE", 0.5)
    async with host.running(host.options(grace=0.1)) as daemon:
        id = await desk.submit("act", {"do": "hold"})
        await desk.comes_to(id, State.ACTIVE)
        os.kill(own_server.pid, signal.SIGKILL)
        await daemon.stop()
        await daemon.run()
        assert "could not hand back the jobs of runner 1" in caplog.text
    await own_server.stop()


async def test_a_short_lease_and_an_outage_are_no_reason_to_take_a_runner_for_blocked(
    host: Host, own_server: EmbeddedStore, caplog: pytest.LogCaptureFixture
):
    async with host.running(host.options(lease=1.5)):
        await host.pids()
        # It takes calls and does not answer, so that each takes its whole time.
        os.kill(own_server.pid, signal.SIGSTOP)
        try:
            away = time.monotonic()
            await eventually(lambda: time.monotonic() - away > 3)
        finally:
            os.kill(own_server.pid, signal.SIGCONT)
        assert "is blocked" not in caplog.text


async def test_a_runner_that_the_store_refuses_waits_and_says_so_once(
    host: Host, desk: Desk, own_server: EmbeddedStore, capfd: pytest.CaptureFixture[str]
):
    with plain_client(own_server.url) as client:
        client.config_set("requirepass", "changed")
        async with host.running(host.options()):
            told: list[str] = []

            def is_told() -> bool:
                told.append(capfd.readouterr().err)
                return "the store does not work, trying again" in "".join(told)

            await eventually(is_told, seconds=10)
            client.config_set("requirepass", "")
            id = await desk.submit("act", {"do": "nothing"})
            await desk.comes_to(id, State.COMPLETED)
            text = "".join([*told, capfd.readouterr().err])
            assert text.count("the store does not work, trying again") == 1
            assert "Traceback" not in text


async def test_a_store_that_would_lose_jobs_ends_the_daemon(host: Host, own_server: EmbeddedStore):
    with plain_client(own_server.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    async with host.running(host.options(processes=2)) as daemon:
        with pytest.raises(StoreUnsafeError, match="CONFIG SET maxmemory-policy noeviction"):
            await daemon.run()


def test_an_outage_is_told_once_in_ten_seconds(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", "tasuki.test")
    times = iter([100.0, 100.1, 109.9, 110.0, 119.9, 120.0, 121.5])
    outage = OutageLog(logging.getLogger("tasuki.test"), clock=lambda: next(times))
    outage.up()
    for _ in range(6):
        outage.down(StoreUnavailableError("no answer"))
    outage.up()
    outage.up()
    assert caplog.messages == [
        "the store does not work, trying again: no answer",
        "the store has not worked for 10 s: no answer",
        "the store has not worked for 20 s: no answer",
        "the store works again, after 21.5 s",
    ]
