"""One word for one thing."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import tasuki
from tasuki.model.state import State, Verb

ROOT = Path(__file__).parents[1]
SOURCES = sorted(Path(tasuki.__file__).parent.rglob("*.py"))


def test_no_class_is_called_as_another_one():
    nodes = (node for page in SOURCES for node in ast.walk(ast.parse(page.read_text())))
    names = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("word", [*State, *Verb], ids=str)
def test_the_glossary_has_every_state_and_verb(word: str):
    text = (ROOT / "docs" / "internals.md").read_text()
    words = re.search(r"^## Words\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert words
    assert f"`{word}`" in words[1]
