"""The page of events, from their declarations."""

import inspect
from typing import Any, get_args, get_type_hints

from tasuki.telemetry.events import AnyEvent

HEAD = """# Events

Made from `src/tasuki/telemetry/events.py` by `make pages`.

What happens at three points is told by name to whoever listens: a call of a script, the end of an
attempt, and a step of upkeep, of which the taking back of jobs is one. The log listens to those
that people should know of. A listener is called at once, in the thread where the event happens;
what it raises goes to the log, and harms nobody. Times are in seconds.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_event(kind) for kind in get_args(AnyEvent))


def _event(kind: type[Any]) -> str:
    fields = get_type_hints(kind, include_extras=True).items()
    rows = "".join(_row(name, *get_args(hint)) for name, hint in fields)
    text = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
    return f"\n## `{kind.__name__}`\n\n{text}\n\n| field | type | |\n|---|---|---|\n{rows}"


def _row(name: str, kind: Any, meaning: str) -> str:
    shown = kind.__name__ if isinstance(kind, type) else str(kind)
    return f"| `{name}` | `{shown}` | {meaning} |\n"
