"""The page of states and verbs, from the table in the code."""

from tasuki.model.state import TRANSITIONS, State

HEAD = """# States and verbs

Made from the table in `src/tasuki/model/state.py` by `make pages`.

| verb | from | to | |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [
        (row.verb, _names(row.sources) or "-", _names(row.targets) or "gone", row.note)
        for row in TRANSITIONS
    ]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _names(states: frozenset[State]) -> str:
    return ", ".join(state for state in State if state in states)
