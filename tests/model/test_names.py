import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.model.errors import InvalidError
from tasuki.model.rules import Lines
from tasuki.model.values.names import (
    LARGEST_PRIORITY,
    LONGEST_TAG_BYTES,
    LONGEST_TYPE_BYTES,
    MOST_TAGS,
    PRIORITIES,
    check_namespace,
    check_type,
    priority_number,
)

TAGS = Lines(MOST_TAGS, LONGEST_TAG_BYTES)
DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
printable = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=DIRECTION)
names = st.text(printable, min_size=1, max_size=50)


def check_tag(name: str) -> None:
    TAGS.check("tags", [name])


@given(names)
def test_any_printable_name_of_up_to_fifty_letters_can_be_a_type_and_a_tag(name: str):
    check_type(name)
    check_tag(name)


@pytest.mark.parametrize("name", ["a" * 200, "襷" * 66, "😀" * 50], ids=["ascii", "cjk", "emoji"])
def test_a_type_may_be_two_hundred_bytes_long_and_not_more(name: str):
    check_type(name)
    longer = name + "aaa"
    assert len(longer.encode()) > LONGEST_TYPE_BYTES
    with pytest.raises(InvalidError, match="at most 200 bytes"):
        check_type(longer)


@given(
    st.text(),
    st.characters(categories=["Cc", "Cs", "Zl", "Zp"]),
    st.text(),
)
def test_a_control_character_anywhere_is_refused(before: str, control: str, after: str):
    with pytest.raises(InvalidError) as refused:
        check_type(before + control + after)
    assert refused.value.field == "type"


@pytest.mark.parametrize("character", list(DIRECTION), ids=lambda text: f"U+{ord(text):04X}")
def test_what_sets_the_direction_of_text_is_refused_and_named(character: str):
    for check, field in ((check_type, "type"), (check_tag, "tags[0]")):
        with pytest.raises(InvalidError, match=f"U\\+{ord(character):04X}") as refused:
            check(f"invoice{character}gpj.exe")
        assert refused.value.field == field


@pytest.mark.parametrize(
    "name",
    [
        "\u05d7\u05e9\u05d1\u05d5\u05df",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "👩\u200d👧",
    ],
)
def test_languages_that_run_from_right_to_left_are_fine(name: str):
    check_type(name)


@pytest.mark.parametrize("name", ["", None, 5, b"email", ["email"]], ids=repr)
def test_what_is_not_a_name_is_refused(name: object):
    with pytest.raises(InvalidError) as refused:
        check_type(name)
    assert refused.value.field == "type"


def test_the_tag_that_is_wrong_is_named():
    with pytest.raises(InvalidError) as refused:
        TAGS.check("tags", ["fine", "fine too", "not\nfine"])
    assert refused.value.field == "tags[2]"


def test_there_is_an_end_to_tags():
    TAGS.check("tags", ["x"] * MOST_TAGS)
    with pytest.raises(InvalidError, match="at most 50 tags"):
        TAGS.check("tags", ["x"] * (MOST_TAGS + 1))


@given(st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True))
def test_a_plain_word_can_be_a_namespace(namespace: str):
    check_namespace(namespace)


@pytest.mark.parametrize(
    "namespace", ["", "a" * 65, "a:b", "{a}", "a b", "a*", "ä", "a\n", "a\0"], ids=repr
)
def test_what_could_escape_its_keys_is_no_namespace(namespace: str):
    with pytest.raises(InvalidError) as refused:
        check_namespace(namespace)
    assert refused.value.field == "namespace"


def test_named_priorities_are_those_of_kue():
    assert PRIORITIES == {"critical": -15, "high": -10, "medium": -5, "normal": 0, "low": 10}
    assert [priority_number(name) for name in PRIORITIES] == list(PRIORITIES.values())


@given(
    st.one_of(
        st.integers(-LARGEST_PRIORITY, LARGEST_PRIORITY),
        st.floats(-LARGEST_PRIORITY, LARGEST_PRIORITY),
    )
)
def test_any_number_that_a_score_holds_exactly_is_a_priority(priority: float):
    assert priority_number(priority) == priority


@pytest.mark.parametrize(
    "priority",
    [math.nan, math.inf, -math.inf, 2**53 + 1, -(2**60), 1e300, "urgent", "", True, None, [1]],
    ids=repr,
)
def test_other_priorities_are_refused(priority: object):
    with pytest.raises(InvalidError) as refused:
        priority_number(priority)
    assert refused.value.field == "priority"
