"""The data directory is deleted or moved away below the server that runs in it."""

import os
import shutil
import signal
from pathlib import Path

import psutil
import pytest

from tasuki.embedded import EmbeddedStore, Restarted, Vanished
from tests.embedded.support import Events, other_user, tell
from tests.embedded.test_run import watched
from tests.support import eventually


def is_over(pid: int) -> bool:
    """Whether a process has ended, even if its parent has not asked yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def empty(directory: Path) -> None:
    for path in directory.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("take_away", [shutil.rmtree, empty], ids=["deleted", "emptied"])
async def test_the_server_is_stopped_and_no_other_one_starts_empty(data_dir, take_away):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
        pid = store.pid
        assert store.trouble is None
        take_away(data_dir)
        assert store.trouble == (
            "data_gone",
            "the data directory of the store was deleted or moved away",
        )
        await eventually(lambda: bool(events.of(Vanished)))
        assert is_over(pid)
        assert str(data_dir) in str(events.of(Vanished)[0])
    assert events.names() == ["Started", "Vanished", "Stopped"]
    assert not (data_dir / "store.sock").exists()


async def test_to_stop_before_it_was_noticed_leaves_no_server(data_dir):
    store = EmbeddedStore(data_dir)
    await store.start()
    pid = store.pid
    shutil.rmtree(data_dir)
    await store.stop()
    assert is_over(pid)


async def test_it_goes_on_when_the_directory_is_back(data_dir):
    events = Events()
    aside = data_dir.with_name("aside")
    async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
        assert await tell(data_dir, "SET", "a", "1") == "OK"
        data_dir.rename(aside)
        await eventually(lambda: bool(events.of(Vanished)))
        aside.rename(data_dir)
        await eventually(lambda: bool(events.of(Restarted)))
        assert store.trouble is None
        assert await tell(data_dir, "GET", "a") == "1"
    assert events.names() == ["Started", "Vanished", "Restarted", "Stopped"]


async def test_a_server_that_died_while_its_data_went_is_not_started_again(data_dir):
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)) as store:
        os.kill(store.pid, signal.SIGKILL)
        shutil.rmtree(data_dir)
        await eventually(lambda: bool(events.of(Vanished)))
    assert "Restarted" not in events.names()


async def test_only_the_socket_is_deleted(data_dir):
    """Nobody reaches the server any more, but its data is there."""
    events = Events()
    async with watched(EmbeddedStore(data_dir, on_event=events)):
        assert await tell(data_dir, "SET", "a", "1") == "OK"
        (data_dir / "store.sock").unlink()
        await eventually(lambda: bool(events.of(Restarted)), seconds=10)
        assert await tell(data_dir, "GET", "a") == "1"
    assert events.names() == ["Started", "Died", "Restarted", "Stopped"]


async def test_a_server_of_a_user_that_is_gone_is_stopped_too(data_dir):
    events = Events()
    with other_user(data_dir) as starter:
        pid, _ = starter.started()
        async with watched(EmbeddedStore(data_dir, on_event=events)):
            starter.kill()
            shutil.rmtree(data_dir)
            await eventually(lambda: bool(events.of(Vanished)))
            await eventually(lambda: is_over(pid))
