"""What `tasuki` says of itself, and how it answers wrong command lines."""

import subprocess
import sys

import click
import pytest

from tasuki.cli import main
from tests.cli.program import Program

COMMANDS = sorted(main.commands)


def test_there_are_all_commands():
    assert {
        *("up", "server", "worker"),
        *("enqueue", "jobs", "show", "log", "retry", "update", "cancel", "promote", "rm"),
        *("types", "pause", "resume", "runners"),
        *("top", "stats", "doctor", "settings"),
    } == set(COMMANDS)


def test_help_lists_every_command_in_a_section(stranger: Program):
    shown = stranger("--help").ok().out
    for name in COMMANDS:
        assert f"\n  {name} " in shown
    for heading in ("Run:", "Jobs:", "Types and runners:", "Watch and check:", "Options:"):
        assert f"\n{heading}\n" in shown


@pytest.mark.parametrize("name", COMMANDS, ids=str)
def test_every_command_has_help(name: str):
    command = main.commands[name]
    with command.make_context(f"tasuki {name}", [], resilient_parsing=True) as ctx:
        shown = command.get_help(ctx)
    assert shown.startswith(f"Usage: tasuki {name} [OPTIONS]")
    options = [param for param in command.params if isinstance(param, click.Option)]
    for option in options:
        assert option.hidden != (option.opts[0] in shown)
        assert option.hidden != bool(option.help), f"{option.opts} has no help"
    assert "\nSettings:\n" in shown


def test_nothing_to_do_shows_help(stranger: Program):
    result = stranger(code=2)
    assert result.err.startswith("Usage: tasuki [OPTIONS] COMMAND")


def test_version(stranger: Program):
    assert stranger("--version").ok().out == "tasuki 0.1.0\n"


def test_help_is_quick_because_nothing_heavy_is_loaded():
    heavy = ("valkey", "rich", "starlette", "uvicorn", "uvloop")
    code = (
        "import sys; from tasuki.cli import main;"
        f" print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("enque", "no such command 'enque'. Did you mean 'enqueue'? See `tasuki --help`."),
        ("jobs --stat failed", "no such option '--stat'."),
        ("show", "missing argument 'ID'. See `tasuki show --help`."),
        ("show one", "invalid value for 'ID': 'one' is not a valid integer."),
        ("up", "missing argument 'APP'. See `tasuki up --help`."),
        ("jobs --state done", "invalid value for '--state' / '-s': 'done' is not one of"),
        ("jobs --limit 0", "invalid value for '--limit' / '-n': 0 is not in the range x>=1."),
        ("jobs --config no.toml", "invalid value for '--config': File 'no.toml' does not exist."),
        (
            "enqueue email --delay soon",
            "invalid value for '--delay': 'soon' must be a number of seconds, or like 30s, 5m,",
        ),
        ("settings --port x", "--port: must be a whole number from 0 to 65535, not 'x'"),
    ],
    ids=str,
)
def test_a_wrong_command_line_is_answered_in_one_line(stranger: Program, line: str, answer: str):
    result = stranger(*line.split(), code=2)
    assert result.out == ""
    assert result.err.startswith(f"tasuki: {answer}")
    assert result.err.count("\n") == 1


def test_settings_shows_what_counts_and_from_where(stranger: Program):
    (stranger.cwd / "tasuki.toml").write_text("[worker]\ngrace = 90\n")
    tasuki = stranger.having(url="valkey://me:secret@host:6379/0")
    shown = tasuki("settings", "--port", "8000").ok().out
    assert 'url = "valkey://me:***@host:6379/0"' in shown
    assert "secret" not in shown
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "port = 8000 # --port" in lines
    assert 'grace = "90s" # tasuki.toml:2' in lines
    assert 'lease = "15s" # default' in lines


def test_flags_for_settings_may_stand_before_the_command_too(stranger: Program):
    before = stranger("--namespace", "a", "--data-dir", "x", "settings", "--json").ok().json
    assert before["namespace"] == {"value": "a", "from": "--namespace"}
    assert before["data_dir"]["value"] == str(stranger.cwd / "x")
    both = stranger("--namespace", "a", "settings", "--namespace", "b", "--json").ok().json
    assert both["namespace"]["value"] == "b"


def test_settings_that_are_printed_can_be_saved_and_used(stranger: Program):
    file = stranger.cwd / "tasuki.toml"
    file.write_text('maxmemory = "64mb"\n[server]\nallowed_hosts = ["a", "b"]\n')
    shown = stranger("settings").ok().out
    file.write_text(shown)
    again = stranger("settings", "--json").ok().json
    assert again["maxmemory"] == {"value": "64mb", "from": "tasuki.toml:5"}
    assert again["server.allowed_hosts"]["value"] == ["a", "b"]
