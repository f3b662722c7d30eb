"""The page of settings, from their declarations."""

from tasuki.cli.settings.settings import Key, keys

HEAD = """# Settings

Made from `src/tasuki/cli/settings/settings.py` and the declarations it names by `make pages`.

A setting comes from, in this order: a flag, the environment, `tasuki.toml`, its default.
`server.port` is `--port`, `TASUKI_SERVER_PORT`, and `port` below `[server]`. The file is the
nearest one on the way up from the current directory, or that of `--config`. `tasuki settings`
prints what counts, and where each comes from.
"""


def page() -> str:
    """The whole page."""
    sections: dict[str, list[Key]] = {}
    for name, key in keys().items():
        sections.setdefault(name.rpartition(".")[0], []).append(key)
    return HEAD + "".join(_section(name, found) for name, found in sections.items())


def _section(name: str, found: list[Key]) -> str:
    title = f"`[{name}]`" if name else "At the top"
    head = f"\n## {title}\n\n| setting | default | in the environment | |\n|---|---|---|---|\n"
    return head + "".join(_row(key) for key in found)


def _row(key: Key) -> str:
    default = "" if key.default is None else f"`{_written(key.kind.write(key.default))}`"
    name = key.name.rpartition(".")[2]
    return f"| `{name}` | {default} | `{key.variable}` | {key.help} |\n"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
