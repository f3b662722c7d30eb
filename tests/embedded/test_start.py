import asyncio
import os
import signal
import stat
import subprocess

import pytest

from tasuki.embedded import (
    Attached,
    Binary,
    DataDirError,
    EmbeddedStore,
    ForeignServerError,
    Loading,
    NoStoreBinaryError,
    Started,
    StoreNotStartedError,
    StoreSilentError,
    Version,
    find_binary,
    running,
)
from tasuki.embedded.lock import FileLock
from tasuki.embedded.log import ROTATE_ABOVE
from tasuki.embedded.resp import RefusedError, ask
from tests.embedded.support import Events, OtherUser, other_user, tell
from tests.support import eventually


async def test_start_gives_a_server_that_only_its_owner_can_reach(data_dir):
    events = Events()
    async with EmbeddedStore(data_dir, on_event=events) as store:
        assert await tell(data_dir, "PING") == "PONG"
        assert store.url == f"unix://{data_dir}/store.sock"
        assert store.version == str(find_binary())
        assert store.owned
        assert os.getsid(store.pid) != os.getsid(0), "Ctrl-C must not reach the server"
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
        for path in data_dir.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    [started] = events.of(Started)
    assert str(started).startswith(f"store: {find_binary()} ready after ")


def test_without_an_event_loop(data_dir):
    with running(data_dir) as url:
        assert url == f"unix://{data_dir}/store.sock"
        asyncio.run(tell(data_dir, "SET", "a", "1"))
    with running(data_dir):
        assert asyncio.run(tell(data_dir, "GET", "a")) == "1"


async def test_start_and_stop_can_be_called_twice(data_dir):
    store = EmbeddedStore(data_dir)
    with pytest.raises(StoreNotStartedError, match=r"call start\(\) first"):
        _ = store.pid
    await store.stop()
    await store.start()
    pid = store.pid
    await store.start()
    assert store.pid == pid
    await store.stop()
    await store.stop()
    with pytest.raises(StoreNotStartedError):
        _ = store.version


async def test_a_later_process_attaches(data_dir):
    events = Events()
    with other_user(data_dir) as other:
        pid, owned = other.started()
        assert owned
        async with EmbeddedStore(data_dir, fsync="everysec", on_event=events) as store:
            assert (store.pid, store.owned, store.fsync) == (pid, False, "always")
    [attached] = events.of(Attached)
    assert str(attached) == (
        f"store: attached to {find_binary()} (pid {pid}, fsync always,"
        " although everysec was asked for)"
    )


async def test_of_many_that_start_at_once_one_starts_the_server(data_dir):
    others = [OtherUser(data_dir) for _ in range(3)]
    stores = [EmbeddedStore(data_dir) for _ in range(5)]
    await asyncio.gather(*(store.start() for store in stores))
    seen = [(store.pid, store.owned) for store in stores] + [user.started() for user in others]
    assert len({pid for pid, _ in seen}) == 1
    assert sum(owned for _, owned in seen) == 1
    for user in others:
        assert user.leave() == 0
    await asyncio.gather(*(store.stop() for store in stores))


async def test_what_a_killed_server_left_behind_does_no_harm(data_dir):
    data_dir.mkdir(mode=0o700)
    subprocess.run(["mkfifo", data_dir / "conv.sock"], check=True)
    for name in ("store.sock", "store.conf", "store.conf.new", "store.log", "conversion.conf"):
        (data_dir / name).write_text("left behind")
    (data_dir / "store.pid").write_text("1\n")
    (data_dir / "temp-123.rdb").write_bytes(b"REDIS")
    (data_dir / "store.version").write_text("no version at all")
    (data_dir / "conversion").mkdir()
    async with EmbeddedStore(data_dir) as store:
        assert await tell(data_dir, "PING") == "PONG"
        assert (data_dir / "store.pid").read_text() == f"{store.pid}\n"
        assert (data_dir / "store.version").read_text() == f"{store.version}\n"


async def test_a_large_log_is_put_aside(data_dir):
    data_dir.mkdir(mode=0o700)
    log = data_dir / "store.log"
    log.write_bytes(b"old\n" * (ROTATE_ABOVE // 4))
    async with EmbeddedStore(data_dir):
        pass
    assert log.stat().st_size > ROTATE_ABOVE
    log.write_bytes(b"old\n" * (ROTATE_ABOVE // 4 + 1))
    async with EmbeddedStore(data_dir):
        pass
    assert (data_dir / "store.log.1").stat().st_size > ROTATE_ABOVE
    assert log.stat().st_size < ROTATE_ABOVE


async def test_loading_has_no_deadline_and_shows_its_progress(data_dir):
    async with EmbeddedStore(data_dir):
        await tell(data_dir, "EVAL", "for i = 1, 4000 do redis.call('SET', i, i) end", "0")
    own, others = Events(), Events()
    # Each key is held up for a moment: this load takes far longer than the patience given.
    slow = EmbeddedStore(data_dir, extra={"key-load-delay": "400"}, patience=1, on_event=own)
    attaching = EmbeddedStore(data_dir, patience=1, on_event=others)
    starting = asyncio.create_task(slow.start())
    await eventually(lambda: bool(own.of(Loading)))
    await asyncio.gather(starting, attaching.start())
    assert await tell(data_dir, "DBSIZE") == 4000
    assert own.of(Started)[0].seconds > 1
    for seen in own.of(Loading) + others.of(Loading):
        assert 0 <= seen.loaded <= seen.total > 0
        assert "store: loading" in str(seen)
    assert others.names()[-1] == "Attached"
    await slow.stop()
    await attaching.stop()


async def test_giving_up_while_it_loads_leaves_nothing_behind(data_dir):
    async with EmbeddedStore(data_dir):
        await tell(data_dir, "EVAL", "for i = 1, 4000 do redis.call('SET', i, i) end", "0")
    events = Events()
    store = EmbeddedStore(data_dir, extra={"key-load-delay": "500"}, on_event=events)
    starting = asyncio.create_task(store.start())
    await eventually((data_dir / "store.pid").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with EmbeddedStore(data_dir) as again:
        assert again.owned
        assert await tell(data_dir, "DBSIZE") == 4000


async def test_a_server_of_unknown_origin_is_not_joined_and_not_doubled(data_dir):
    data_dir.mkdir(mode=0o700)
    args = ["--port", "0", "--unixsocket", "store.sock"]
    foreign = subprocess.Popen([find_binary().path, *args], cwd=data_dir, stdout=subprocess.DEVNULL)
    await eventually((data_dir / "store.sock").exists)
    with pytest.raises(ForeignServerError, match=f"stop it with `kill {foreign.pid}`"):
        await EmbeddedStore(data_dir).start()
    assert await tell(data_dir, "PING") == "PONG"
    foreign.terminate()
    foreign.wait()


async def test_a_lock_whose_holder_says_nothing(data_dir):
    data_dir.mkdir(mode=0o700)
    with FileLock(data_dir / "store.lock") as lock:
        assert lock.take()
        with pytest.raises(StoreSilentError) as caught:
            await EmbeddedStore(data_dir, patience=0.1).start()
    assert f"some process holds {data_dir}/store.lock" in str(caught.value)
    assert "for 0.1 s (" in str(caught.value)
    async with EmbeddedStore(data_dir) as store:
        assert store.owned


async def test_a_frozen_server_is_reported_and_left_alone(data_dir):
    async with EmbeddedStore(data_dir) as store:
        os.kill(store.pid, signal.SIGSTOP)
        try:
            with pytest.raises(StoreSilentError, match="no answer within 1 s"):
                await EmbeddedStore(data_dir, patience=0.1).start()
        finally:
            os.kill(store.pid, signal.SIGCONT)
        assert await tell(data_dir, "PING") == "PONG"


async def test_a_server_that_is_busy_with_a_script_is_reported(data_dir):
    async with EmbeddedStore(data_dir, extra={"busy-reply-threshold": "1"}):
        endless = asyncio.create_task(
            ask(data_dir / "store.sock", "EVAL", "while true do end", "0", timeout=20)
        )
        with pytest.raises(StoreSilentError, match="BUSY"):
            await EmbeddedStore(data_dir, patience=0.2).start()
        await tell(data_dir, "SCRIPT", "KILL")
        with pytest.raises(RefusedError):
            await endless


async def test_a_program_that_is_gone(data_dir):
    gone = Binary(data_dir.parent / "valkey-server", "valkey", Version(9, 1, 2))
    with pytest.raises(NoStoreBinaryError, match=r"cannot run .*/valkey-server: No such file"):
        await EmbeddedStore(data_dir, binary=gone).start()


async def test_a_file_that_cannot_be_written(data_dir):
    (data_dir / "store.conf.new").mkdir(parents=True)
    data_dir.chmod(0o700)
    with pytest.raises(DataDirError, match=r"cannot start the store in .*store\.conf\.new"):
        await EmbeddedStore(data_dir).start()


async def test_a_server_that_never_answers_is_stopped_again(data_dir):
    # Nothing else shows that a server is there and yet cannot say whether it serves.
    store = EmbeddedStore(data_dir, extra={"rename-command": 'INFO ""'}, patience=1)
    with pytest.raises(StoreSilentError) as caught:
        await store.start()
    assert "ERR unknown command 'INFO'" in str(caught.value)
    assert "was stopped" in str(caught.value)


async def test_no_core_file_with_everybodys_jobs(data_dir):
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux lets a parent limit its child")
    async with EmbeddedStore(data_dir) as store:
        assert resource.prlimit(store.pid, resource.RLIMIT_CORE) == (0, 0)
