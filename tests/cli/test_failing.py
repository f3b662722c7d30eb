"""When there is no store, or one that does not do its part: one line, quickly, and no traceback."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program, Result

COMMANDS = [
    "enqueue email",
    "jobs",
    "show 1",
    "log 1",
    "retry 1",
    "cancel 1",
    "rm 1",
    "types",
    "pause email",
    "resume email",
    "runners",
    "stats",
    "top --once",
    "doctor",
]


def is_one_line(result: Result, text: str) -> None:
    assert result.code == 1
    assert result.out == ""
    assert result.err.startswith(f"tasuki: {text}")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("line", COMMANDS, ids=str)
def test_no_store_is_running(stranger: Program, line: str):
    is_one_line(
        stranger(*line.split()),
        "no store is running in ./.tasuki: start one with `tasuki up APP`, or give --url",
    )
    assert not list(stranger.cwd.iterdir()), "looking for a store must not make anything"


def test_another_data_directory_is_named(stranger: Program):
    result = stranger("jobs", "--data-dir", "/nowhere")
    is_one_line(result, "no store is running in /nowhere: ")


@pytest.mark.parametrize("line", COMMANDS, ids=str)
def test_the_store_is_down(stranger: Program, line: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"valkey://127.0.0.1:{taken.getsockname()[1]}"
        is_one_line(stranger(*line.split(), "--url", url), "the store cannot be reached: ")


@pytest.fixture
def silent(directory: Path) -> Iterator[str]:
    """The URL of a store that takes connections and never answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / "s"))
        listener.listen(5)
        yield f"unix://{directory}/s"


def test_a_store_that_does_not_answer_is_given_up_within_two_seconds(
    stranger: Program, silent: str
):
    began = time.monotonic()
    result = stranger("enqueue", "email", "--url", silent)
    assert time.monotonic() - began < 2
    is_one_line(result, "the store did not answer within 1 s")


@pytest.mark.parametrize("line", ["jobs", "up app.py"], ids=str)
def test_a_url_that_cannot_be(stranger: Program, line: str):
    result = stranger(*line.split(), "--url", "http://me:secret@host", code=2)
    assert result.err.startswith("tasuki: --url: must start with one of valkey://, ")
    assert "secret" not in result.err
