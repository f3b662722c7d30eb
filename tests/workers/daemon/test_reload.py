"""Development: the runners start again when the app changes."""

from pathlib import Path

import pytest

from tasuki.model.state import State
from tasuki.workers.app.name import AppName
from tasuki.workers.daemon.reload import FileWatch
from tests.support import eventually
from tests.workers.daemon.host import Host
from tests.workers.desk import Desk


def app_with_result(result: str) -> str:
    return f"""
from tasuki import Worker

class Say(Worker):
    type = "say"

    async def process(self, job):
        return {result}
"""


async def test_a_change_starts_the_runners_again(
    host: Host, desk: Desk, caplog: pytest.LogCaptureFixture
):
    host.app.write_text(app_with_result("'one'"))
    async with host.running(host.options(reload=True)):

        async def says(expected: bytes) -> bool:
            id = await desk.submit("say")
            return bytes((await desk.comes_to(id, State.COMPLETED)).result or b"") == expected

        assert await says(b'"one"')
        host.app.write_text(app_with_result("'two'"))
        await eventually(lambda: says(b'"two"'), seconds=10)

        host.app.write_text("import lost_library\n")
        await eventually(lambda: "Waiting for a change." in caplog.text, seconds=10)
        assert "No module named 'lost_library'" in caplog.text

        host.app.write_text(app_with_result("'three'"))
        await eventually(lambda: says(b'"three"'), seconds=10)


def test_changed_new_and_deleted_files_are_found(tmp_path: Path):
    for name in ("same.py", "changed.py", "deleted.py"):
        (tmp_path / name).touch()
    watch = FileWatch(tmp_path)
    assert watch.look() == []
    (tmp_path / "changed.py").write_text("x = 1")
    (tmp_path / "deleted.py").unlink()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "new.py").touch()
    (tmp_path / "notes.txt").touch()
    # Told in the second look, when nothing has changed any more since the first.
    assert watch.look() == []
    assert watch.look() == [Path("changed.py"), Path("deep/er/new.py"), Path("deleted.py")]
    assert watch.look() == []


def test_a_change_that_goes_on_is_waited_for(tmp_path: Path):
    watch = FileWatch(tmp_path)
    for length in range(1, 4):
        (tmp_path / "app.py").write_text("x" * length)
        assert watch.look() == []
    assert watch.look() == [Path("app.py")]


def test_a_change_that_is_taken_back_is_none(tmp_path: Path):
    watch = FileWatch(tmp_path)
    (tmp_path / "app.py").touch()
    assert watch.look() == []
    (tmp_path / "app.py").unlink()
    assert watch.look() == watch.look() == []


def test_what_is_not_the_users_own_is_left_out(tmp_path: Path):
    watch = FileWatch(tmp_path)
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    for name in (".git", ".venv", "env/lib", "node_modules", "__pycache__", "src/.tox"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "app.py").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere")
    assert watch.look() == watch.look() == []


def test_a_very_large_tree_is_watched_in_part(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    for number in range(10):
        (tmp_path / f"f{number}.py").touch()
    watch = FileWatch(tmp_path, most=5)
    assert "too many files: only 5 are watched" in caplog.text
    (tmp_path / "f9.py").write_text("x")
    assert watch.look() == watch.look() == []
    (tmp_path / "f0.py").write_text("x")
    assert watch.look() == []
    assert watch.look() == [Path("f0.py")]


def test_what_is_watched_is_told_by_the_name_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    roots = {
        "app.py": tmp_path,
        "shop/jobs.py": tmp_path / "shop",
        "shop.jobs:workers": tmp_path / "shop",
        "jobs": tmp_path,
    }
    assert {name: AppName.parse(name).root for name in roots} == roots
