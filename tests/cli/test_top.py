"""The live view."""

import signal
from contextlib import ExitStack
from pathlib import Path

from tasuki.embedded import running
from tests.cli.conftest import Site
from tests.cli.program import Program


def test_one_frame(site: Site):
    id = site.tasuki("enqueue", "fall", "--wait", "--json").json["id"]
    shown = site.tasuki("top", "--once").ok().out
    assert shown.startswith("tasuki top ")
    for words in ("namespace tasuki", "fsync always", "jobs/s", "1 runner", "SLOTS", "JOBS/S"):
        assert words in shown
    assert f"\n{id} " in shown
    assert "ValueError: it \\x1b[31mfell" in shown


def test_a_frame_of_nothing(tasuki: Program):
    shown = tasuki("top", "--once").ok().out
    assert "no jobs yet" in shown
    assert "no runners: nothing is running jobs" in shown


def test_it_needs_a_terminal(tasuki: Program):
    result = tasuki("top", code=2)
    assert result.err.startswith("tasuki: top needs a terminal; --once prints a single frame.")


def test_q_quits(site: Site):
    with site.tasuki.on_terminal("top", "--every", "100ms") as terminal:
        terminal.says("tasuki top")
        terminal.says("JOBS/S")
        terminal.types(b"q")
        assert terminal.wait() == 0
    # The screen that was there before is shown again, with its cursor.
    assert terminal.text.endswith("\x1b[?25h\x1b[?1049l")


def test_ctrl_c_quits(site: Site):
    with site.tasuki.on_terminal("top") as terminal:
        terminal.says("JOBS/S")
        terminal.types(b"\x03")
        assert terminal.wait() == 128 + signal.SIGINT
    assert "Traceback" not in terminal.text


def test_a_store_that_goes_away_is_told_and_waited_for(stranger: Program, directory: Path):
    with ExitStack() as stack:
        url = stack.enter_context(running(directory / "data", fsync="no"))
        with stranger.having(url=url).on_terminal("top", "--every", "100ms") as terminal:
            terminal.says("JOBS/S")
            stack.close()
            terminal.says("not fresh: the store cannot be reached")
            terminal.types(b"q")
            assert terminal.wait() == 0
