"""The `tasuki` command itself: sections in its help, and errors as one line of text."""

import inspect
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import click

from tasuki.cli.options import SettingOption
from tasuki.cli.services.first_process import stand_back
from tasuki.cli.terminal.streams import drop_output, make_ready
from tasuki.model.errors import InvalidError, TasukiError
from tasuki.telemetry.terminal import printable

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class Command(click.Command):
    """A command whose help shows the flags for settings below its own options.

    In its help, lines that are indented are examples and stay as they are.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **_with_examples(options))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        settings: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            if isinstance(param, click.Argument):
                continue
            if (record := param.get_help_record(ctx)) is not None:
                (settings if isinstance(param, SettingOption) else own).append(record)
        for heading, records in (("Options", own), ("Settings", settings)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


class Program(click.Group):
    """The group of all commands, in sections. Ends the process with the exit code of a command.

    A command returns its exit code, or None for 0. Errors that a user can do something about become
    one line on standard error; anything else is a defect and shows its traceback.
    """

    command_class = Command

    def __init__(
        self, *args: Any, sections: Mapping[str, Sequence[click.Command]], **options: Any
    ) -> None:
        super().__init__(*args, **_with_examples(options))
        self._sections = sections
        for commands in sections.values():
            for command in commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(len(name) for name in self.commands)
        for heading, commands in self._sections.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(c.name.ljust(width), c.get_short_help_str(80)) for c in commands if c.name]
                )
        super(click.Group, self).format_options(ctx, formatter)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)
        make_ready()
        stand_back()
        extra = {
            "prog_name": self.name,
            "color": False if os.environ.get("NO_COLOR") else None,
            "max_content_width": 100,
        } | extra
        try:
            code = super().main(*args, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(EXIT_USAGE)
        except click.UsageError as error:
            _fail(_usage_text(error), EXIT_USAGE)
        except click.ClickException as error:
            _fail(error.format_message(), EXIT_FAILED)
        except InvalidError as error:
            _fail(str(error), EXIT_USAGE)
        except TasukiError as error:
            _fail(str(error), EXIT_FAILED)
        except OSError as error:
            drop_output()
            _fail(_system_text(error), EXIT_FAILED)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(EXIT_INTERRUPTED)
        sys.exit(code)


def _with_examples(options: Mapping[str, Any]) -> dict[str, Any]:
    # Click takes a lone backspace for "do not wrap this paragraph".
    text = inspect.cleandoc(options.get("help") or "")
    return {**options, "help": re.sub(r"\n\n(?= )", "\n\n\b\n", text)}


def _fail(text: str, code: int) -> NoReturn:
    # Where nobody can be told, the exit code still tells.
    with suppress(OSError):
        for line in f"tasuki: {text}".splitlines():
            click.echo(printable(line), err=True)
    drop_output()
    sys.exit(code)


def _system_text(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _usage_text(error: click.UsageError) -> str:
    text = error.format_message()
    path = error.ctx.command_path if error.ctx else "tasuki"
    return f"{text[:1].lower()}{text[1:]} See `{path} --help`."
