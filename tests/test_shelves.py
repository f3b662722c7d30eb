"""Folders are shelves that one can take in at a look."""

from pathlib import Path

import tasuki

PACKAGE = Path(tasuki.__file__).parent
MOST_FILES = 15
LARGER = {PACKAGE / "embedded"}
"""What starts and watches a store is one thing with many sides."""


def test_no_shelf_has_too_many_files():
    shelves = {file.parent for file in PACKAGE.rglob("*.py")} - LARGER
    assert [shelf for shelf in shelves if len(list(shelf.glob("*.py"))) > MOST_FILES] == []
