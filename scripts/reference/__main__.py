"""Writes the pages of docs/reference that are made from the code."""

from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.reference import (
    api,
    commands,
    events,
    jobs,
    keys,
    limits,
    settings,
    states,
)

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands.page,
    "events.md": events.page,
    "http.md": api.page,
    "jobs.md": jobs.page,
    "keys.md": keys.page,
    "limits.md": limits.page,
    "settings.md": settings.page,
    "states.md": states.page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())
