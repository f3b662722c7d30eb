"""Text for terminals: what is shown, where it is cut, and when it has colours."""

import doctest
import importlib
import io
import json
import logging
import pkgutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tasuki.cli
from tasuki.cli.terminal.output import json_text
from tasuki.cli.terminal.text import shortened, width
from tasuki.cli.terminal.when import relative, rough
from tasuki.telemetry.logs import JsonLines, TextLines, configure
from tasuki.telemetry.terminal import printable
from tests.cli.conftest import Site

MODULES = [module.name for module in pkgutil.iter_modules(tasuki.cli.__path__)]


@pytest.mark.parametrize("name", MODULES, ids=str)
def test_examples_in_docstrings_are_true(name: str):
    assert doctest.testmod(importlib.import_module(f"tasuki.cli.{name}")).failed == 0


@given(st.text(st.characters()))
def test_nothing_that_is_printed_controls_a_terminal(text: str):
    assert printable(text).isprintable()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_is_the_same_but_without_control_characters(text: str):
    shown = json_text({"text": text}, indent=False)
    assert json.loads(shown) == {"text": text}
    assert not any(0x7F <= ord(char) <= 0x9F or ord(char) < 0x20 for char in shown)


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("襷襷襷", 6, "襷襷襷"),
        ("襷襷襷", 5, "襷襷…"),
        ("襷襷襷", 4, "襷…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
    ],
    ids=str,
)
def test_long_text_is_cut_by_columns(text: str, columns: int, shown: str):
    assert shortened(text, columns) == shown
    assert width(shown) <= columns


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.0001, "<1ms"), (0.9, "900ms"), (59.7, "1m"), (3_599, "59m"), (90_000, "1d 1h")],
    ids=str,
)
def test_rough_spans(seconds: float, text: str):
    assert rough(seconds) == text


def test_moments_beside_now():
    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert relative(now, now) == "now"
    assert relative(now - timedelta(minutes=3), now) == "3m ago"
    assert relative(now + timedelta(hours=2), now) == "in 2h"


# ------------------------------------------------------------------------------------ colours


def test_colours_are_for_terminals(site: Site):
    site.tasuki("enqueue", "fall", "--wait", code=1)
    plain = site.tasuki("jobs", "--state", "failed").ok().out
    assert "\x1b" not in plain
    with site.tasuki.on_terminal("jobs", "--state", "failed") as terminal:
        assert terminal.wait() == 0
    assert "\x1b[31mfailed\x1b[0m" in terminal.text


def test_no_color_is_honoured(site: Site):
    quiet = site.tasuki.with_variables(NO_COLOR="1")
    with quiet.on_terminal("jobs") as terminal:
        assert terminal.wait() == 0
    assert "\x1b" not in terminal.text


def test_long_lines_are_cut_on_terminals_only(site: Site):
    tag = "t" * 150
    site.tasuki("enqueue", "never", "--tag", tag).ok()
    assert tag in site.tasuki("jobs", "--type", "never").ok().out
    narrow = site.tasuki.with_variables(COLUMNS="80")
    with narrow.on_terminal("jobs", "--type", "never") as terminal:
        assert terminal.wait() == 0
    assert "t…" in terminal.text
    assert max(map(len, terminal.text.splitlines())) < 100


def test_a_bar_is_shown_on_a_terminal_and_not_in_a_pipe(site: Site):
    ids = [str(id) for id in range(900_000, 900_200)]
    with site.tasuki.on_terminal("rm", *ids) as terminal:
        assert terminal.wait() == 1
    assert "Removing" in terminal.text
    assert "━" in terminal.text
    piped = site.tasuki.process("rm", *ids, code=1)
    assert piped.err.startswith("tasuki: there is no job 900000\n")
    assert "Removing" not in piped.err


# ---------------------------------------------------------------------------------------- log


@pytest.fixture
def logger():
    """The logger of Tasuki, as it was before afterwards."""
    root, own = logging.getLogger(), logging.getLogger("tasuki")
    before, level, root_level = root.handlers[:], own.level, root.level
    yield logging.getLogger("tasuki.test")
    root.handlers[:] = before
    root.setLevel(root_level)
    own.setLevel(level)
    logging.captureWarnings(capture=False)


def test_the_log_for_people(logger: logging.Logger):
    stream = io.StringIO()
    configure("info", "text", stream)
    logger.info("all is %s", "well")
    logger.warning("a job says \x1b[31m")
    logger.debug("not said")
    logging.getLogger("shop.mail").info("of the app")
    logging.getLogger("shop.mail").debug("not said")
    logging.getLogger("asyncio").info("not said")
    first, second, third = stream.getvalue().splitlines()
    assert first[8:] == "  all is well"
    assert second[8:] == "  warning  a job says \\x1b[31m"
    assert third[8:] == "  of the app"
    datetime.strptime(first[:8], "%H:%M:%S")  # noqa: DTZ007 - it is a time without a date


def test_the_log_for_programs(logger: logging.Logger):
    stream = io.StringIO()
    configure("warning", "json", stream)
    logger.info("not said")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logger.exception("it failed")
    [line] = stream.getvalue().splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == (
        "error",
        "tasuki.test",
        "it failed",
    )
    assert said["traceback"].endswith("ValueError: two\nlines")
    assert datetime.fromisoformat(said["time"]).tzinfo is not None


def test_colours_of_the_log():
    record = logging.LogRecord("tasuki", logging.ERROR, "", 0, "bad\nnews", None, None)
    assert "\x1b[31merror  bad" in TextLines(coloured=True).format(record)
    assert "\x1b" not in TextLines(coloured=False).format(record)
    assert "\n          news" in TextLines(coloured=False).format(record)
    assert json.loads(JsonLines().format(record))["message"] == "bad\nnews"
