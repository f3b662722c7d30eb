"""The check of the Lua scripts finds what it is for."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

PART = "-- A part.\n\nlocal kept\n\nlocal function helper(n)\n  kept = n\n  return kept\nend\n"
VERB = "#!lua\n-- verb: does it\n\n--@include part\n\nreturn helper(request.n)\n"


@pytest.fixture(scope="module")
def lint() -> Callable[[Path], list[str]]:
    found: Callable[[Path], list[str]] = runpy.run_path(str(ROOT / "scripts" / "lua_lint.py"))[
        "lint"
    ]
    return found


def written(folder: Path, verb: str, part: str = PART) -> Path:
    (folder / "lib").mkdir()
    (folder / "lib" / "part.lua").write_text(part)
    (folder / "verb.lua").write_text(verb)
    return folder


def test_scripts_that_are_in_order(lint: Callable[[Path], list[str]], tmp_path: Path):
    assert lint(written(tmp_path, VERB)) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("return helper", "local n = \nreturn helper", "syntax error"),
        ("request.n", "reqest.n", "verb.lua:6: reqest is not known here"),
        ("--@include part\n", "\n", "verb.lua:6: helper is not known here"),
        ("return helper", "count = 1\nreturn helper", "count is written, which is a global"),
        ("return helper", "kept = 1\nreturn helper", "which is a local of lib/part"),
        ("return helper", "local n = 1\nreturn helper", "verb.lua:6: n is never read"),
        ("return helper", "for i, n in ipairs({}) do helper(n) end\nreturn helper", "i is never"),
        ("return helper(request.n)", "return request.n", "lib/part.lua:5: helper is never read"),
        ("return helper", "function other() end\nreturn helper", "not local"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    lint: Callable[[Path], list[str]], tmp_path: Path, old: str, new: str, finding: str
):
    found = lint(written(tmp_path, VERB.replace(old, new)))
    assert finding in "\n".join(found)
