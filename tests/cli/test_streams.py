"""Standard streams that are closed, full, or of an odd encoding: one line, and an exit code."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import COMMAND, Program, Result

FOX = '"\N{FOX FACE} é"'


def shell(tasuki: Program, line: str, **variables: str) -> Result:
    """Run `tasuki` as a shell does, with redirections."""
    done = subprocess.run(
        ["bash", "-c", line.replace("tasuki", " ".join(COMMAND), 1)],
        cwd=tasuki.cwd,
        env=tasuki.environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1"))


WRONG = [
    ("tasuki jobs >&-", 1, "cannot write to standard output: it is closed"),
    ("tasuki show 1 --json >&-", 1, "cannot write to standard output: it is closed"),
    ("tasuki top --once >&-", 1, "cannot write to standard output: it is closed"),
    ("tasuki jobs >/dev/full", 1, "cannot write to standard output: No space left on device"),
    ("tasuki show 1 --json >/dev/full", 1, "cannot write to standard output: No space left"),
    ("tasuki top --once >/dev/full", 1, "No space left on device"),
    ("tasuki --help >/dev/full", 1, "No space left on device"),
    ("tasuki enqueue email - <&-", 2, "cannot read standard input: it is closed"),
    ("tasuki enqueue email - 0>/dev/null", 2, "cannot read standard input: Bad file descriptor"),
    ("tasuki rm - <&-", 2, "cannot read standard input: it is closed"),
    (
        "tasuki enqueue email --run-at 0001-01-01T00:00",
        2,
        "run_at: 0001-01-01T00:00 is at the end of",
    ),
    (
        "tasuki enqueue email --run-at 9999-12-31T23:59",
        2,
        "run_at: 9999-12-31T23:59 is at the end of",
    ),
    ("tasuki enqueue email --run-at 9999-12-31T23:59Z", 2, "run_at: must not be after 9999-12-31"),
]


@pytest.mark.parametrize(("line", "code", "says"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_one_line(tasuki: Program, line: str, code: int, says: str):
    # Of the two ends of the calendar, each zone has one.
    zone = "Asia/Tokyo" if "0001" in line else "America/New_York"
    tasuki("enqueue", "email").ok()
    result = shell(tasuki, line, TZ=zone)
    assert result.err.startswith("tasuki: ")
    assert says in result.err
    assert result.err.count("\n") == 1
    assert (result.code, result.out) == (code, "")


@pytest.mark.parametrize("line", ["jobs 2>&-", "show 9 2>&-", "show 9 2>/dev/full"], ids=str)
def test_where_nobody_can_be_told_the_exit_code_tells(tasuki: Program, line: str):
    result = shell(tasuki, f"tasuki {line}")
    assert (result.code, result.err) == (1 if "9" in line else 0, "")


def test_a_reader_who_leaves_is_no_defect(tasuki: Program):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, "types", "--json"],
        cwd=tasuki.cwd,
        env=tasuki.environment,
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_to_interrupt_it_while_it_is_still_loading_is_no_defect(stranger: Program, tmp_path: Path):
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    result = shell(stranger, "tasuki jobs", PYTHONPATH=str(tmp_path))
    assert (result.code, result.out, result.err) == (130, "", "")


def test_what_the_encoding_lacks_is_written_as_an_escape(tasuki: Program):
    tasuki("enqueue", "email", FOX, "--tag", "\N{FOX FACE}").ok()
    latin = {"PYTHONIOENCODING": "latin-1"}
    assert "\\U0001f98a" in shell(tasuki, "tasuki show 1", **latin).ok().out
    told = shell(tasuki, "tasuki show 1 --json", **latin).ok()
    assert told.json["data"] == "\N{FOX FACE} é"
    listed = shell(tasuki, "tasuki jobs --json", **latin).ok()
    assert listed.json["jobs"][0]["tags"] == ["\N{FOX FACE}"]


@pytest.mark.parametrize(
    ("app", "says"),
    [
        ("nofile.py", "nofile.py does not exist (looked in "),
        ("nofile.py:workers", "nofile.py does not exist (looked in "),
        ("nomodule", "there is no module 'nomodule'"),
        ("nomodule.jobs:workers", "there is no module 'nomodule.jobs'"),
        ("no:1", "'no:1' names no app"),
        (".", "'.' is not the name of a module"),
    ],
    ids=str,
)
@pytest.mark.parametrize("command", ["up", "worker"])
def test_an_app_that_is_not_there_is_told_before_anything_starts(
    stranger: Program, directory: Path, command: str, app: str, says: str
):
    result = stranger(command, app, code=1)
    assert says in result.err
    assert result.err.count("\n") == 1
    assert not list(directory.iterdir())
