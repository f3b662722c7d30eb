import asyncio
import os
import signal

import pytest

from tasuki.embedded import EmbeddedStore, StoreNotStoppedError, StoreSilentError
from tasuki.embedded.lock import FileLock
from tests.embedded.support import Events, config, other_user, tell
from tests.support import eventually


async def test_stop_waits_until_all_data_is_on_disk(data_dir):
    async with EmbeddedStore(data_dir, fsync="no") as store:
        assert await tell(data_dir, "SET", "a", "x" * 100_000) == "OK"
        pid = store.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    log = (data_dir / "store.log").read_text()
    assert "Calling fsync() on the AOF file" in log
    assert "ready to exit, bye bye" in log
    assert not (data_dir / "store.sock").exists()
    assert not (data_dir / "store.pid").exists()
    assert not (data_dir / "dump.rdb").exists(), "a snapshot at the end only takes time"
    async with EmbeddedStore(data_dir):
        assert await tell(data_dir, "STRLEN", "a") == 100_000


async def test_the_last_user_stops_the_server_whoever_started_it(data_dir):
    events = Events()
    starter, later = EmbeddedStore(data_dir, on_event=events), EmbeddedStore(data_dir)
    await starter.start()
    await later.start()
    await starter.stop()
    assert events.names() == ["Started", "Left"]
    assert await tell(data_dir, "SET", "a", "1") == "OK"
    pid = later.pid
    await later.stop()
    assert "bye bye" in (data_dir / "store.log").read_text()
    async with EmbeddedStore(data_dir) as again:
        assert again.owned
        assert again.pid != pid
        assert await tell(data_dir, "GET", "a") == "1"


async def test_all_users_that_leave_at_once_leave_no_server(data_dir):
    stores = [EmbeddedStore(data_dir) for _ in range(6)]
    await asyncio.gather(*(store.start() for store in stores))
    await asyncio.gather(*(store.stop() for store in stores))
    with FileLock(data_dir / "store.lock") as lock:
        assert lock.take()


async def test_one_who_comes_while_the_last_user_stops_gets_a_server_of_its_own(data_dir):
    first, second = EmbeddedStore(data_dir), EmbeddedStore(data_dir)
    await first.start()
    pid = first.pid
    await asyncio.gather(first.stop(), second.start())
    assert second.owned
    assert second.pid != pid
    assert await tell(data_dir, "PING") == "PONG"
    await second.stop()


async def test_a_killed_starter_does_not_take_the_server_with_it(data_dir):
    with other_user(data_dir) as starter:
        pid, _ = starter.started()
        async with EmbeddedStore(data_dir) as store:
            starter.kill()
            assert await tell(data_dir, "SET", "a", "1") == "OK"
            assert store.pid == pid


async def test_a_server_without_users_is_taken_over(data_dir):
    with other_user(data_dir) as starter:
        pid, _ = starter.started()
        await tell(data_dir, "SET", "a", "1")
        starter.kill()
    async with EmbeddedStore(data_dir) as store:
        assert (store.pid, store.owned) == (pid, False)
        assert await tell(data_dir, "GET", "a") == "1"
    with FileLock(data_dir / "store.lock") as lock:
        assert lock.take(), "its last user stops it"


async def test_a_server_that_will_not_end_is_killed_and_that_is_reported(data_dir):
    store = EmbeddedStore(data_dir, patience=1)
    await store.start()
    assert await tell(data_dir, "SET", "a", "1") == "OK"
    os.kill(store.pid, signal.SIGSTOP)
    with pytest.raises(StoreNotStoppedError) as caught:
        await store.stop()
    assert "did not end cleanly within 1 s (killed by SIGKILL)" in str(caught.value)
    assert "fsync policy, always" in str(caught.value)
    async with EmbeddedStore(data_dir):
        assert await tell(data_dir, "GET", "a") == "1"


async def test_a_server_of_another_process_that_will_not_end_is_named(data_dir):
    with other_user(data_dir) as starter:
        pid, _ = starter.started()
        store = EmbeddedStore(data_dir, patience=0.1)
        await store.start()
        starter.kill()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(StoreNotStoppedError, match=f"stop it with `kill {pid}`"):
        await store.stop()
    os.kill(pid, signal.SIGCONT)
    async with EmbeddedStore(data_dir) as again:
        assert await config(data_dir, "appendonly") == "yes"
        assert again.owned == (again.pid != pid)


async def test_a_server_that_takes_no_command_to_end_is_stopped_by_a_signal(data_dir):
    mute = {"rename-command": 'SHUTDOWN ""'}
    async with EmbeddedStore(data_dir, extra=mute):
        later = EmbeddedStore(data_dir, patience=0.1)
        await later.start()
    with pytest.raises(StoreNotStoppedError, match="unknown command 'SHUTDOWN'"):
        await later.stop()
    async with EmbeddedStore(data_dir) as again:
        os.kill(again.pid, signal.SIGTERM)
        await eventually(lambda: "bye bye" in (data_dir / "store.log").read_text())

    async with EmbeddedStore(data_dir, extra=mute):
        pass
    assert (data_dir / "store.log").read_text().count("bye bye") == 2


async def test_to_stop_a_server_that_is_gone_already_is_no_error(data_dir):
    async with EmbeddedStore(data_dir) as store:
        os.kill(store.pid, signal.SIGKILL)
        with FileLock(data_dir / "store.lock") as lock:
            await eventually(lock.take)


async def test_waiting_for_a_stop_that_never_ends_is_limited(data_dir):
    data_dir.mkdir(mode=0o700)
    with FileLock(data_dir / "users.lock") as users:
        assert users.take()
        with pytest.raises(StoreSilentError, match=r"has been stopping the store in .* for 0\.2 s"):
            await EmbeddedStore(data_dir, patience=0.1).start()
