"""What an attempt has to say is bounded until it is sent."""

from typing import Any

import pytest

from tasuki import Job
from tasuki.model.errors import PayloadError
from tasuki.wire.payload import decode
from tasuki.workers.attempt.notebook import LINE_BYTES, LONGEST_LINE, MOST_BYTES, Notebook
from tasuki.workers.job import LONGEST_PROGRESS


class Notes(Notebook):
    """What is behind a job, if it only takes notes."""

    id = number = 1
    priority = 0
    type = token = "x"
    tags = ()
    ends_at = None


def job(notes: Notes) -> Job[Any]:
    return Job(notes, "{}")


def test_lines_are_taken_once():
    notes = Notes()
    notes.add_line("a")
    notes.set_progress("1")
    notes.set_progress("2")
    notes.add_line("b")
    assert notes.take() == ("2", ["a", "b"])
    assert notes.take() == (None, [])


@pytest.mark.parametrize("letter", ["x", "é", "🎋"])
def test_long_lines_are_cut(letter: str):
    notes = Notes()
    for size in (LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1):
        notes.add_line(letter * size)
    assert [len(line) for line in notes.take()[1]] == [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE]


def test_the_oldest_lines_make_room_and_that_is_told():
    notes = Notes()
    fit = MOST_BYTES // (LINE_BYTES + 100)
    for number in range(fit + 5):
        notes.add_line(f"{number:0100}")
    _, lines = notes.take()
    assert lines[0] == "(5 lines came too fast and were dropped here)"
    assert [int(line) for line in lines[1:]] == list(range(5, fit + 5))
    notes.add_line("later")
    assert notes.take() == (None, ["later"])


class Mute:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("message", "args", "line"),
    [
        ("%d of %s", (1, "two"), "1 of two"),
        ("100%", (), "100%"),
        ("%d of %d", (1,), "%d of %d"),
        ("%d", ("many",), "%d"),
        ("no place", (1,), "no place"),
        ("%s", (Mute(),), "%s"),
        (Mute(), (), "(a line that cannot be shown: no text)"),
        (None, (), "None"),
        ("caf\udce9 \0", (), "caf\ufffd \0"),
        ("%s", ("\udce9",), "\ufffd"),
    ],
)
def test_a_line_costs_the_job_nothing(message: Any, args: tuple[object, ...], line: str):
    notes = Notes()
    job(notes).log(message, *args)
    assert notes.take()[1] == [line]


@pytest.mark.parametrize("letter", ["x", "é", "🎋", "\0", '"'])
@pytest.mark.parametrize("size", [1, 4_000, 5_000, 1_000_000])
def test_a_note_of_progress_is_cut_to_fit(letter: str, size: int):
    notes = Notes()
    job(notes).progress(1, 3, letter * size)
    text, _ = notes.take()
    assert text is not None
    assert len(text.encode()) <= LONGEST_PROGRESS
    state = decode(text)
    assert (state["done"], state["total"]) == (1, 3)
    assert set(state["note"]) == {letter}
    assert len(state["note"]) == min(size, len(state["note"]))


def test_a_note_of_progress_is_cleaned():
    notes = Notes()
    job(notes).progress(1, note="\ud800")
    assert decode(notes.take()[0] or "")["note"] == "\ufffd"


@pytest.mark.parametrize("done", [float("nan"), float("inf"), object(), "x" * 5_000])
def test_progress_that_is_no_number_is_refused(done: Any):
    with pytest.raises(PayloadError, match="progress"):
        job(Notes()).progress(done)
