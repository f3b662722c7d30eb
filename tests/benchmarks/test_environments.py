"""What runs a side, and what is said where there is nothing to run it with."""

from pathlib import Path

import pytest

from benchmarks.environments import Environments, Missing, Program

_NODE = Program("node", "peers/bee_queue_side.js")


@pytest.fixture
def environments(tmp_path: Path) -> Environments:
    return Environments("/ours", "/peers", tmp_path / "node_modules")


def test_python_runs_a_module_with_its_arguments(environments: Environments) -> None:
    ours = Program("ours", "benchmarks.tasuki_side", ("--uvloop",))
    assert environments.command(ours) == ["/ours", "-m", "benchmarks.tasuki_side", "--uvloop"]
    assert environments.command(Program("peers", "a.b")) == ["/peers", "-m", "a.b"]


def test_without_node_it_is_said_what_is_missing(
    environments: Environments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="no `node` on PATH"):
        environments.command(_NODE)


def test_without_its_packages_it_is_said_how_to_get_them(
    environments: Environments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="make bench"):
        environments.command(_NODE)
    environments.modules.mkdir()
    command, script = environments.command(_NODE)
    assert command == str(node)
    assert Path(script).is_file()
