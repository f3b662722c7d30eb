import errno
import fcntl
import os
import stat
import sys
from pathlib import Path

import pytest

from tasuki.embedded import DataDirError, EmbeddedStore, SocketPathTooLongError
from tasuki.embedded.datadir import SOCKET_PATH_LIMIT, DataDir
from tasuki.embedded.lock import FileLock


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_missing_directory_is_made_private_with_its_parents(tmp_path):
    directory = DataDir(tmp_path / "a" / "b")
    directory.prepare()
    assert mode(directory.path) == 0o700


def test_a_directory_that_others_may_read_is_used_since_nothing_in_it_is_theirs(tmp_path):
    tmp_path.chmod(0o755)
    directory = DataDir(tmp_path)
    directory.prepare()
    directory.write(directory.config, "secret")
    assert mode(tmp_path) == 0o755
    assert mode(directory.config) == 0o600
    assert mode(directory.lock) == 0o600


@pytest.mark.parametrize("open_to", [0o777, 0o1777, 0o770])
def test_a_directory_that_others_may_write_is_refused(tmp_path, open_to):
    tmp_path.chmod(open_to)
    with pytest.raises(DataDirError, match=r"other users can write to .*chmod go-w"):
        DataDir(tmp_path).prepare()


def test_a_directory_of_another_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(DataDirError, match=r"belongs to user id \d+, and this process runs as \d+"):
        DataDir(tmp_path).prepare()


def test_a_file_in_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        DataDirError, match=r"cannot use .*/file as the data directory: File exists"
    ):
        DataDir(tmp_path / "file").prepare()
    with pytest.raises(DataDirError, match=r"file/below .*Not a directory.*--data-dir"):
        DataDir(tmp_path / "file" / "below").prepare()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, where even root cannot write")
def test_a_directory_that_cannot_be_written_even_by_root_is_refused():
    with pytest.raises(DataDirError, match=r"cannot write to the data directory /proc/self/fdinfo"):
        DataDir(Path("/proc/self/fdinfo")).prepare()
    with pytest.raises(DataDirError, match=r"cannot use /proc/tasuki as the data directory"):
        DataDir(Path("/proc/tasuki")).prepare()


def test_a_socket_path_is_measured_in_bytes_and_may_be_just_as_long_as_the_system_takes(tmp_path):
    room = SOCKET_PATH_LIMIT - len(os.fsencode(tmp_path / "store.sock")) - 1
    DataDir(tmp_path / ("d" * room)).prepare()
    too_long = DataDir(tmp_path / ("é" * (room // 2 + 1)))
    with pytest.raises(SocketPathTooLongError) as caught:
        too_long.prepare()
    size = len(os.fsencode(too_long.socket))
    assert caught.value.code == "socket_path_too_long"
    assert f"{too_long.socket} has a path of {size} bytes" in str(caught.value)
    assert "shorter directory with --data-dir" in str(caught.value)
    assert not too_long.path.exists()


async def test_a_refused_directory_starts_nothing(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(DataDirError):
        await EmbeddedStore(tmp_path).start()
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_and_never_through_a_link(tmp_path):
    directory = DataDir(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious")
    (tmp_path / "store.conf.new").symlink_to(elsewhere)
    directory.config.symlink_to(elsewhere)
    directory.write(directory.config, "port 0\n")
    assert directory.config.read_text() == "port 0\n"
    assert elsewhere.read_text() == "precious"


def test_a_file_system_without_locks_is_refused(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with (
        FileLock(tmp_path / "lock") as lock,
        pytest.raises(DataDirError, match=r"cannot lock .*/lock: .* on a local disk"),
    ):
        lock.take()


def test_locks_exclude_each_other_and_end_with_their_file(tmp_path):
    path = tmp_path / "lock"
    with FileLock(path) as first, FileLock(path) as second:
        assert first.take(shared=True)
        assert second.take(shared=True)
        assert not first.take()
        assert second.take()
        assert not first.take(shared=True)
    with FileLock(path) as third:
        assert third.take()
