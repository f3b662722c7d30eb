"""The log never waits for its reader."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest

from tasuki.telemetry.logs import PatientHandler
from tasuki.telemetry.patient import FLUSH_SECONDS, MOST_BYTES
from tests.support import eventually_sync

QUICK = 0.5


class Stalled:
    """A pipe whose reader reads only when it is told to."""

    def __init__(self) -> None:
        self._reading, writing = os.pipe()
        self.stream: TextIO = os.fdopen(writing, "w")
        os.set_blocking(self._reading, False)
        self.read = b""

    def drain(self) -> bytes:
        """Read what is there now; gives all that has ever been read."""
        with suppress(BlockingIOError):
            while piece := os.read(self._reading, 65_536):
                self.read += piece
        return self.read

    def hang_up(self) -> None:
        """Nobody will ever read again."""
        os.close(self._reading)
        self._reading = os.open(os.devnull, os.O_RDONLY)

    def close(self) -> None:
        os.close(self._reading)
        self.stream.close()


@pytest.fixture
def stalled() -> Iterator[Stalled]:
    pipe = Stalled()
    yield pipe
    pipe.close()


@pytest.fixture
def handler(stalled: Stalled) -> Iterator[PatientHandler]:
    handler = PatientHandler(stalled.stream)
    yield handler
    stalled.hang_up()
    handler.flush()
    handler.close()


def say(handler: logging.Handler, text: object, *arguments: object) -> None:
    handler.handle(logging.LogRecord("app", logging.INFO, "", 0, text, arguments, None))


def test_lines_are_there_at_once_as_long_as_somebody_reads(
    handler: PatientHandler, stalled: Stalled
):
    for number in range(3):
        say(handler, "line %d", number)
        assert stalled.drain().endswith(b"line %d\n" % number)
    assert stalled.read == b"line 0\nline 1\nline 2\n"


def test_lines_wait_in_order_while_nobody_reads(handler: PatientHandler, stalled: Stalled):
    lines = [f"{number:06} {'x' * 500}" for number in range(1_000)]
    before = time.monotonic()
    for line in lines:
        say(handler, line)
    assert time.monotonic() - before < QUICK
    eventually_sync(lambda: stalled.drain().count(b"\n") == len(lines))
    assert stalled.read.decode().splitlines() == lines
    say(handler, "the next one")
    eventually_sync(lambda: stalled.drain().endswith(b"the next one\n"))


def test_what_is_too_much_is_dropped_and_told(handler: PatientHandler, stalled: Stalled):
    line = "y" * 10_000
    sent = 2 * MOST_BYTES // len(line)
    before = time.monotonic()
    for _ in range(sent):
        say(handler, line)
    assert time.monotonic() - before < 5 * QUICK
    told = b"lines of the log were dropped: nobody read it for long\n"
    eventually_sync(lambda: told in stalled.drain(), seconds=20)
    eventually_sync(lambda: sum(_counted(stalled.drain())) == sent)
    kept, dropped = _counted(stalled.read)
    assert kept
    assert dropped > sent / 4


def _counted(text: bytes) -> tuple[int, int]:
    """How many lines are there, and how many are said to have been dropped."""
    lines = text.splitlines()
    dropped = sum(int(line.split()[0]) for line in lines if line.endswith(b"for long"))
    return sum(line.startswith(b"y") for line in lines), dropped


def test_the_end_of_a_program_waits_only_for_a_moment(handler: PatientHandler, stalled: Stalled):
    for _ in range(100):
        say(handler, "z" * 2_000)
    before = time.monotonic()
    handler.flush()
    assert FLUSH_SECONDS * 0.9 <= time.monotonic() - before < FLUSH_SECONDS + QUICK
    stalled.drain()
    eventually_sync(lambda: stalled.drain().count(b"\n") == 100)
    before = time.monotonic()
    handler.flush()
    assert time.monotonic() - before < QUICK


def test_a_reader_that_is_gone_stops_nobody(handler: PatientHandler, stalled: Stalled):
    stalled.hang_up()
    for _ in range(100):
        say(handler, "z" * 2_000)
    handler.flush()


def test_what_cannot_be_shown_is_told_as_such(handler: PatientHandler, stalled: Stalled):
    say(handler, "%d", "no number")
    say(handler, "half \udc80 of a pair")
    assert stalled.drain().splitlines() == [
        b"a line of app cannot be shown: TypeError",
        b"half \\udc80 of a pair",
    ]


def test_lines_in_a_file_come_after_what_others_have_written(tmp_path: Path):
    path = tmp_path / "log"
    with path.open("w") as stream:
        handler = PatientHandler(stream)
        say(handler, "one")
        stream.write("two\n")
        stream.flush()
        say(handler, "three")
        handler.close()
    assert path.read_text() == "one\ntwo\nthree\n"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_logs_beside_a_parent_that_waits(handler: PatientHandler, stalled: Stalled):
    for _ in range(100):
        say(handler, "z" * 2_000)
    child = os.fork()
    if not child:
        say(handler, "of the child")
        handler.flush()
        os._exit(0)
    eventually_sync(lambda: stalled.drain().count(b"\n") == 101)
    assert b"of the child\n" in stalled.read
    assert os.waitpid(child, 0)[1] == 0
