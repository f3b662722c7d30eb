import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tasuki.embedded import (
    Died,
    EmbeddedStore,
    Restarted,
    StartFailed,
    StoreNotStartedError,
)
from tasuki.embedded.resp import NoAnswerError
from tests.embedded.support import Events, config, other_user, tell
from tests.support import eventually


@asynccontextmanager
async def watched(store: EmbeddedStore) -> AsyncIterator[EmbeddedStore]:
    """A store that is started, and watched over by `run()`."""
    async with store:
        watch = asyncio.create_task(store.run())
        try:
            yield store
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch


@pytest.mark.parametrize("fsync", ["always", "everysec"])
async def test_a_killed_server_comes_back_with_all_that_was_acknowledged(data_dir, fsync):
    events = Events()
    acknowledged = 0
    async with watched(EmbeddedStore(data_dir, fsync=fsync, on_event=events)) as store:
        for deaths in (1, 2):
            pid = store.pid
            asyncio.get_running_loop().call_later(0.1, os.kill, pid, signal.SIGKILL)
            with suppress(NoAnswerError):
                while True:
                    await tell(data_dir, "SET", "n", str(acknowledged + 1))
                    acknowledged += 1
            await eventually(lambda: len(events.of(Restarted)) == deaths)  # noqa: B023
            assert store.pid != pid
            seen = int(str(await tell(data_dir, "GET", "n")))
            # The last one may have been written, although its answer was lost.
            assert seen in {acknowledged, acknowledged + 1}
            acknowledged = seen
    assert events.names() == ["Started", *["Died", "Restarted"] * 2, "Stopped"]
    assert acknowledged > 0
    died, back = events.of(Died)[0], events.of(Restarted)[0]
    assert str(died).startswith(f"store: pid {died.pid} ended (killed by SIGKILL): ")
    assert back.owned
    assert back.seconds < 2
    assert f"(pid {back.pid})" in str(back)


async def test_whoever_is_left_takes_over(data_dir):
    events = Events()
    with other_user(data_dir) as starter:
        pid, _ = starter.started()
        async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
            await tell(data_dir, "SET", "a", "1")
            starter.kill()
            (data_dir / "store.log").unlink()
            assert not store.owned
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: bool(events.of(Restarted)))
            assert store.owned
            assert await tell(data_dir, "GET", "a") == "1"
    assert str(events.of(Died)[0]).endswith("(child of another process): its log is empty")


async def test_of_many_that_watch_one_restarts_the_server_as_it_was(data_dir):
    first = Events()
    others = [Events() for _ in range(3)]
    async with (
        watched(EmbeddedStore(data_dir, fsync="no", extra={"maxclients": "99"}, on_event=first)),
        watched(EmbeddedStore(data_dir, on_event=others[0])) as second,
        watched(EmbeddedStore(data_dir, on_event=others[1])),
        watched(EmbeddedStore(data_dir, on_event=others[2])),
    ):
        os.kill(second.pid, signal.SIGKILL)
        everyone = [first, *others]
        await eventually(lambda: all(events.of(Restarted) for events in everyone))
        back = [events.of(Restarted)[0] for events in everyone]
        assert sum(event.owned for event in back) == 1
        assert {event.pid for event in back} == {second.pid}
        assert await config(data_dir, "appendfsync") == second.fsync == "no"
        assert await config(data_dir, "maxclients") == "99"


async def test_a_server_that_is_shut_down_by_hand_comes_back(data_dir):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)):
        with suppress(NoAnswerError):
            await tell(data_dir, "SHUTDOWN")
        await eventually(lambda: bool(events.of(Restarted)))
    assert events.of(Died)[0].how == "exit code 0"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can limit another process's files")
async def test_a_full_disk_ends_the_server_with_its_reason_and_it_comes_back(data_dir):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
        assert await tell(data_dir, "SET", "a", "1") == "OK"
        resource.prlimit(store.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
        with pytest.raises(NoAnswerError):
            await tell(data_dir, "SET", "b", "x" * 200_000)
        await eventually(lambda: bool(events.of(Restarted)))
        assert await tell(data_dir, "MGET", "a", "b") == ["1", None]
    died = events.of(Died)[0]
    assert died.how == "exit code 1"
    assert "AOF" in died.words


async def test_a_start_that_fails_is_tried_again_less_and_less_often(data_dir):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
        await tell(data_dir, "SET", "a", "1")
        manifest = data_dir / "appendonlydir" / "appendonly.aof.manifest"
        manifest.rename(data_dir / "aside")
        os.kill(store.pid, signal.SIGKILL)
        await eventually(lambda: len(events.of(StartFailed)) == 3)
        (data_dir / "aside").rename(manifest)
        await eventually(lambda: bool(events.of(Restarted)))
        assert await tell(data_dir, "GET", "a") == "1"
    waits = [event.retry_in for event in events.of(StartFailed)]
    assert waits[:3] == [0.2, 0.4, 0.8]
    line = str(events.of(StartFailed)[0])
    assert line.startswith("store: still down, next try in 0.2 s: ")
    assert "is gone" in line
    assert "\n" not in line


async def test_a_cut_connection_is_no_death(data_dir):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)):
        for _ in range(3):
            while "cmd=NULL" not in str(await tell(data_dir, "CLIENT", "LIST")):
                await asyncio.sleep(0)
            await tell(data_dir, "CLIENT", "KILL", "SKIPME", "yes")
    assert events.names() == ["Started", "Stopped"]


async def test_to_be_cancelled_during_a_restart_leaves_nothing_behind(data_dir):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
        await tell(data_dir, "SET", "a", "1")
        os.kill(store.pid, signal.SIGKILL)
        await eventually(lambda: bool(events.of(Died)))
    assert events.names() == ["Started", "Died", "Stopped"]
    async with EmbeddedStore(data_dir):
        assert await tell(data_dir, "GET", "a") == "1"


async def test_only_a_store_that_is_started_can_be_watched(data_dir):
    with pytest.raises(StoreNotStartedError):
        await EmbeddedStore(data_dir).run()
