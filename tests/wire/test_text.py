"""Text from users' code is made fit to be sent."""

import os

import pytest

from tasuki.wire.text import clean


@pytest.mark.parametrize("text", ["", "plain", "é 漢 🎋", "with \0 and \x1b[31m", "\u202e"])
def test_what_is_utf_8_stays_as_it_is(text: str):
    assert clean(text) is text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (os.fsdecode(b"caf\xe9.txt"), "caf\ufffd.txt"),
        ("half \ud83c of a pair", "half \ufffd of a pair"),
        ("\udce9\udce9", "\ufffd\ufffd"),
    ],
)
def test_each_lone_surrogate_is_replaced(text: str, cleaned: str):
    assert clean(text) == cleaned


def test_what_is_derived_from_str_becomes_plain():
    class Odd(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise RuntimeError("no")

        def isascii(self) -> bool:
            raise RuntimeError("no")

    assert clean(Odd("é")) == "é"
    assert type(clean(Odd("plain"))) is str
