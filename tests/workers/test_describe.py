"""An exception as text, whatever it is."""

import asyncio
import sys
import time
from typing import Any

import pytest

from tasuki.workers.describe import (
    LONGEST_MESSAGE,
    LONGEST_TRACEBACK,
    describe,
    message_of,
    traceback_of,
)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001 - that is what it is about
        return caught


def deep(calls: int) -> None:
    if calls == 0:
        raise LookupError("at the bottom")
    deep(calls - 1)


def odd() -> dict[str, BaseException]:
    """Exceptions that cannot be looked at. They are made here, where pytest does not look."""

    class NoText(Exception):
        def __repr__(self) -> str:
            raise self

        __str__ = __repr__

    class NoClass(Exception):
        @property
        def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            raise RuntimeError("no class")

    class NoTraceback(Exception):
        @property
        def __traceback__(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
            raise RuntimeError("no traceback")

    class NoCause(Exception):
        @property
        def __cause__(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
            raise KeyboardInterrupt

    class Nameless(type):
        @property
        def __name__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
            raise RuntimeError("no name")

    class NoName(Exception, metaclass=Nameless):
        pass

    class EndlessText(Exception):
        def __str__(self) -> str:
            return str(self)

    return {
        "text": NoText(),
        "class": NoClass("x"),
        "traceback": NoTraceback("x"),
        "cause": NoCause("x"),
        "name": NoName("x"),
        "endless": EndlessText(),
    }


@pytest.mark.parametrize("kind", ["text", "class", "traceback", "cause", "name", "endless"])
def test_no_exception_can_make_it_raise(kind: str):
    found = describe(raised(odd()[kind]))
    assert isinstance(found.type, str)
    assert isinstance(found.message, str)


def test_text_is_cleaned():
    found = describe(raised(ValueError("half \ud800 of a pair")))
    assert found.message == "half \ufffd of a pair"
    found.traceback.encode()


def test_the_message_of_a_group_names_what_happened():
    async def part(error: Exception) -> None:
        raise error

    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(part(LookupError("invoice 17 is missing")))
            tasks.create_task(part(ValueError("b")))
            tasks.create_task(part(ValueError("c")))

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(group())
    found = describe(caught.value)
    assert found.type == "ExceptionGroup"
    assert found.message.endswith("TaskGroup: LookupError: invoice 17 is missing (and 2 more)")
    assert "invoice 17 is missing" in found.traceback
    assert "in part" in found.traceback


def test_causes_and_contexts_are_shown():
    def load() -> None:
        try:
            {}["key"]
        except KeyError as error:
            raise ValueError("no such setting") from error

    def start() -> None:
        try:
            load()
        except ValueError:
            raise OSError("cannot start")  # noqa: B904 - the context is what it is about

    with pytest.raises(OSError, match="cannot start") as caught:
        start()
    text = traceback_of(caught.value)
    assert "KeyError: 'key'" in text
    assert "direct cause" in text
    assert "During handling" in text


def test_notes_are_shown():
    error = ValueError("x")
    error.add_note("it was a Monday")
    assert "it was a Monday" in traceback_of(raised(error))


def test_a_deep_call_shows_its_beginning_and_its_end():
    with pytest.raises(LookupError) as caught:
        deep(400)
    text = traceback_of(caught.value)
    assert "test_a_deep_call" in text
    assert text.endswith("LookupError: at the bottom\n")
    assert text.count("deep(calls - 1)") < 100


@pytest.mark.parametrize("size", [10, LONGEST_TRACEBACK, 10 * LONGEST_TRACEBACK])
@pytest.mark.parametrize("letter", ["x", "é", "🎋"])
def test_it_is_bounded(size: int, letter: str):
    found = describe(raised(ValueError(size * letter)))
    assert len(found.message) == min(size, LONGEST_MESSAGE)
    assert len(found.traceback.encode()) <= LONGEST_TRACEBACK
    assert found.traceback.startswith("Traceback")


def test_a_long_chain_and_a_wide_group_cost_little():
    error: BaseException | None = None
    for number in range(20_000):
        try:
            raise ValueError(number) from error
        except ValueError as caught:
            error = caught
    assert error is not None
    group = ExceptionGroup("wide", [ValueError(n) for n in range(20_000)])
    nested: Any = ValueError("inside")
    for _ in range(20_000):
        nested = ExceptionGroup("in", [nested])
    before = time.process_time()
    assert "19999" in traceback_of(error)
    assert message_of(group) == "wide: ValueError: 0 (and 19999 more)"
    assert traceback_of(group)
    assert message_of(nested) == "in: ValueError: inside"
    assert traceback_of(nested)
    assert time.process_time() - before < 2


def test_an_exception_that_was_raised_very_often_costs_little():
    error = ValueError("one for all")
    for _ in range(20_000):
        raised(error)
    before = time.process_time()
    assert traceback_of(error).endswith("ValueError: one for all\n")
    assert time.process_time() - before < 1


def test_a_stack_overflow_is_shown():
    def overflow() -> None:
        overflow()

    with pytest.raises(RecursionError) as caught:
        overflow()
    assert "RecursionError" in traceback_of(caught.value)
    assert sys.getrecursionlimit() >= 1_000
