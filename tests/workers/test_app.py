"""Loading an app by its name, and what people read when that does not work."""

import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tasuki.model.errors import AppError
from tasuki.workers.app.load import load_app

WORKER = """
from tasuki import Worker

class Resize(Worker):
    type = "resize"

    async def process(self, job):
        return 1
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes files into a new working directory. What was imported is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    yield write_file
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def error_of(name: str) -> str:
    with pytest.raises(AppError) as caught:
        load_app(name).registry()
    return str(caught.value)


# ------------------------------------------------------------------------- what can be named


@pytest.mark.parametrize("name", ["jobs.py", "./jobs.py", "jobs", "jobs:Resize", "jobs.py:Resize"])
def test_a_plain_file_is_named_in_many_ways(write: Write, name: str):
    write("jobs.py", WORKER)
    assert load_app(name).registry().types == ["resize"]


def test_a_file_elsewhere_imports_the_files_beside_it(write: Write):
    path = write("deep/er/jobs.py", "from shared_kinds import KIND\n" + WORKER)
    write("deep/er/shared_kinds.py", "KIND = 1")
    app = load_app(str(path))
    assert app.objects.__name__ == "jobs"
    assert sys.path[0] == str(path.parent)


def test_a_module_in_a_package(write: Write):
    write("shop/__init__.py", "")
    write("shop/kinds.py", "KIND = 1")
    write("shop/jobs.py", "from .kinds import KIND\n" + WORKER)
    assert load_app("shop.jobs").registry().types == ["resize"]


def test_an_attribute_may_be_a_list_or_inside_something(write: Write):
    write("jobs.py", WORKER + "class Config:\n    workers = [Resize]\n")
    assert load_app("jobs:Config.workers").registry().types == ["resize"]


def test_loading_a_file_twice_gives_the_same_module(write: Write):
    write("jobs.py", WORKER)
    assert load_app("jobs.py").objects is load_app("./jobs.py").objects


# ------------------------------------------------------------------------------------- typos


def test_a_file_that_is_not_there_gives_a_hint(write: Write):
    write("src/worker.py", WORKER)
    assert "src/wroker.py does not exist" in error_of("src/wroker.py")
    assert error_of("src/wroker.py").endswith("; did you mean 'src/worker.py'?")
    assert "there is no directory scr" in error_of("scr/worker.py")
    assert "is a directory, not a file" in error_of("./src")


def test_a_module_that_is_not_there_gives_a_hint(write: Write):
    write("worker_app.py", WORKER)
    write("shop/__init__.py", "")
    write("shop/jobs.py", WORKER)
    assert error_of("worker_ap").endswith("; did you mean 'worker_app'?")
    assert error_of("shopp.jobs").endswith("; did you mean 'shop'?")
    assert error_of("shop.job").endswith("; did you mean 'shop.jobs'?")
    assert error_of("worker_app.Resize").endswith("; did you mean 'worker_app:Resize'?")
    unlike = error_of("zzz")
    assert "no module 'zzz', neither in" in unlike
    assert os.fspath(Path.cwd()) in unlike
    assert "did you mean" not in unlike


def test_an_attribute_that_is_not_there_gives_a_hint(write: Write):
    write("jobs.py", WORKER)
    assert error_of("jobs:resize") == "jobs has no 'resize'; did you mean 'Resize'?"


@pytest.mark.parametrize("name", ["", ":Resize", "jobs:", "jobs:a b", "jobs:9"])
def test_a_name_of_no_known_form(write: Write, name: str):
    assert "write a file (app.py), a module" in error_of(name)


def test_a_file_without_its_ending(write: Write):
    assert error_of("my-jobs").endswith("if it is a file, write my-jobs.py")


# ------------------------------------------------------------- code that cannot be imported


def test_the_whole_traceback_of_the_user_is_shown_and_none_of_ours(write: Write):
    write("jobs.py", "import helper\n")
    write("helper.py", "def check():\n    raise ValueError('no config')\n\ncheck()\n")
    text = error_of("jobs.py")
    assert text.startswith("cannot import jobs.py:\n\nTraceback (most recent call last):\n")
    assert text.endswith("ValueError: no config")
    assert 'jobs.py", line 1' in text
    assert 'helper.py", line 4' in text
    assert 'helper.py", line 2, in check' in text
    assert os.path.join("tasuki", "worker") not in text  # noqa: PTH118
    assert "importlib" not in text
    assert error_of("jobs").endswith(text.partition("\n")[2])


def test_a_syntax_error_names_file_and_line(write: Write):
    path = write("jobs.py", "x = 1\ny = = 2\n")
    for name in ("jobs.py", "jobs"):
        text = error_of(name)
        assert f'File "{path}", line 2' in text
        assert text.endswith("SyntaxError: invalid syntax")


def test_a_missing_library_is_told_from_a_missing_app(write: Write):
    write("jobs.py", "import lost_library\n")
    for name in ("jobs", "jobs.py"):
        text = error_of(name)
        assert "No module named 'lost_library'" in text
        assert 'jobs.py", line 1' in text


def test_a_program_that_ends_itself_is_an_error(write: Write):
    write("jobs.py", "import sys\n\nsys.exit(2)\n")
    text = error_of("jobs.py")
    assert text.startswith("cannot import jobs.py: it ends the program")
    assert 'jobs.py", line 3' in text


def test_any_other_exception_is_an_error_too(write: Write):
    write("jobs.py", "class Odd(BaseException): ...\n\nraise Odd('strange')\n")
    assert error_of("jobs.py").endswith("Odd: strange")


def test_an_interrupt_is_none(write: Write):
    write("jobs.py", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_app("jobs.py")


def test_a_failed_import_is_tried_anew(write: Write):
    write("jobs.py", "raise ValueError\n")
    error_of("jobs.py")
    write("jobs.py", WORKER)
    assert load_app("jobs.py").registry().types == ["resize"]


def test_a_file_of_a_package_is_told_its_right_name(write: Write):
    write("shop/__init__.py", "")
    write("shop/inner/__init__.py", "")
    write("shop/inner/jobs.py", "from . import kinds\n")
    text = error_of("shop/inner/jobs.py:Resize")
    assert "attempted relative import" in text
    assert f"name it as shop.inner.jobs:Resize, from {Path.cwd()}." in text


@pytest.mark.parametrize("name", ["queue.py", "pytest.py"])
def test_a_file_named_like_another_module_is_refused(write: Write, name: str):
    path = write(name, WORKER)
    assert error_of(name) == f"{path} has the name of another module, {path.stem!r}: rename it"


@pytest.mark.parametrize("name", ["jobs.v2.py", "./jobs.txt"])
def test_a_file_that_cannot_be_a_module_is_refused(write: Write, name: str):
    write(name, WORKER)
    assert error_of(name).endswith("cannot be imported: rename it to something like app.py")


# ----------------------------------------------------------------------------- its workers


def test_an_app_without_workers_says_how_to_write_one(write: Write):
    write("jobs.py", "from tasuki import Worker\n")
    text = error_of("jobs.py")
    assert text.startswith("jobs.py: no workers found: define a class that derives from")


def test_a_worker_that_ends_the_program_is_an_error(write: Write):
    write("jobs.py", WORKER + "    def __init__(self):\n        raise SystemExit\n")
    text = error_of("jobs.py")
    assert "cannot make the workers of jobs.py: it ends the program" in text


def test_what_goes_wrong_in_a_worker_is_shown_from_the_users_first_line_on(write: Write):
    write(
        "jobs.py", WORKER + "    @property\n    def timeout(self):\n        raise OSError('off')\n"
    )
    text = error_of("jobs.py")
    assert text.startswith("jobs.py: cannot make the workers of jobs.py:")
    assert 'jobs.py", line' in text.partition("File")[2].partition("\n")[0]
    assert text.endswith("OSError: off")


def test_lazy_objects_beside_the_workers_are_left_alone(write: Write):
    lazy = """
class Lazy:
    @property
    def __class__(self):
        raise RuntimeError("there is no settings file yet")


settings = Lazy()
"""
    write("jobs.py", WORKER + lazy)
    assert load_app("jobs.py").registry().types == ["resize"]
