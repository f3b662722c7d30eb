"""What counts: `settings`."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from tasuki.cli.options import as_json, config, settings
from tasuki.cli.program import Command
from tasuki.cli.run import effective
from tasuki.cli.settings.resolve import Effective
from tasuki.cli.settings.settings import keys
from tasuki.cli.terminal.output import json_text, print_json, say
from tasuki.cli.terminal.text import styled, width

DEFAULT = "default"


@click.command("settings", cls=Command)
@as_json
@config
@settings(*(name for name in keys() if not name.startswith("retention.")))
@click.pass_context
def show_settings(ctx: click.Context, as_json: bool) -> None:
    """Print the settings that count, and where each comes from.

    A flag counts more than the environment, and that more than tasuki.toml. What is printed can be
    saved as a tasuki.toml.
    """
    found = effective(ctx)
    values = dict(_values(found))
    if as_json:
        print_json(
            {
                name: {"value": value, "from": found.places.get(name, DEFAULT)}
                for name, value in values.items()
            }
        )
        return
    for line in _toml(values, found.places):
        say(line)


def _values(found: Effective) -> Iterator[tuple[str, object]]:
    for key in keys().values():
        value: Any = found.settings
        for part in key.name.split("."):
            value = getattr(value, part)
        if key.name == "url" and value is not None:
            yield key.name, _without_password(value)
        else:
            yield key.name, None if value is None else key.kind.write(value)


def _toml(values: Mapping[str, object], places: Mapping[str, str]) -> Iterator[str]:
    table = ""
    for name, value in values.items():
        section, _, word = name.rpartition(".")
        if section != table:
            table = section
            yield ""
            yield styled(f"[{section}]", bold=True)
        line = f"# {word} is not set" if value is None else f"{word} = {_toml_value(value)}"
        place = places.get(name, DEFAULT)
        space = " " * max(2, 40 - width(line))
        shown = line if place == DEFAULT else styled(line, bold=True)
        yield f"{shown}{space}{styled(f'# {place}', dim=True)}"


def _toml_value(value: object) -> str:
    # JSON's texts, numbers, booleans and arrays are TOML's, too.
    return json_text(value, indent=False)


def _without_password(url: str) -> str:
    from tasuki.store.address import redacted

    return redacted(url)
