"""The page of the command line, from the commands themselves."""

import inspect

import click

from tasuki.cli import main
from tasuki.cli.options import SettingOption

HEAD = """# The command line

Made from the commands by `make pages`; `tasuki COMMAND --help` says the same. Those that look take
`--json` and print one JSON document. Every command takes `--config`, `--url`, `--namespace` and
`--data-dir`; see [settings](settings.md).
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_command(name, main.commands[name]) for name in sorted(main.commands))


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"tasuki {name}")
    usage = command.get_usage(context).removeprefix("Usage: ")
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    parts = [f"\n## `tasuki {name}`\n", f"```\n{' '.join(usage.split())}\n```\n", _prose(text)]
    if rows := "".join(_option(option) for option in command.params if _is_own(option)):
        parts.append(f"| option | |\n|---|---|\n{rows}")
    return "\n".join(parts)


def _is_own(option: click.Parameter) -> bool:
    if not isinstance(option, click.Option) or option.hidden:
        return False
    everywhere = ("--config", "--url", "--namespace", "--data-dir")
    return not isinstance(option, SettingOption) or option.opts[0] not in everywhere


def _option(option: click.Parameter) -> str:
    assert isinstance(option, click.Option)
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return f"| {names} | {(option.help or '').replace('|', chr(92) + '|')} |\n"


def _prose(text: str) -> str:
    """Help text, of which the indented parts are examples."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        indented = line.startswith("    ")
        if indented != inside and (indented or line):
            lines.append("```")
            inside = indented
        lines.append(line.removeprefix("    "))
    return "\n".join([*lines, "```"] if inside else lines) + "\n"
